/** A piece of a tag; `isDifferent` is what the approved tag does not have. */
export interface TagPiece {
  readonly text: string;
  readonly isDifferent: boolean;
}

/**
 * What differs between a tag and the approved one, by whole parts: `17.2.5` against `17.2.2` is the `5`, and
 * `1.27.0-20261116` against `1.27.0` the `-20261116`. The same end, as a variant is, stays unmarked.
 */
export function tagDifference(tag: string, approved: string | null): TagPiece[] {
  if (approved === null || approved === tag) return [{ text: tag, isDifferent: false }];
  const parts = partsOf(tag);
  const others = partsOf(approved);
  let start = 0;
  while (start < parts.length && start < others.length && parts[start] === others[start]) start++;
  let end = 0;
  while (
    end < parts.length - start &&
    end < others.length - start &&
    parts[parts.length - 1 - end] === others[others.length - 1 - end]
  )
    end++;
  const changed = parts.slice(start, parts.length - end).join('');
  if (changed === '') return [{ text: tag, isDifferent: false }];
  return [
    { text: parts.slice(0, start).join(''), isDifferent: false },
    { text: changed, isDifferent: true },
    { text: parts.slice(parts.length - end).join(''), isDifferent: false },
  ].filter((piece) => piece.text !== '');
}

function partsOf(tag: string): string[] {
  return tag.match(/[A-Za-z0-9]+|[^A-Za-z0-9]/g) ?? [];
}

const LONGEST_TAG = 44;

/** A long tag cut in its middle; both ends tell tags apart. */
export function shortTag(tag: string, longest = LONGEST_TAG): string {
  const signs = [...tag];
  if (signs.length <= longest) return tag;
  const head = Math.ceil((longest - 1) / 2);
  return `${signs.slice(0, head).join('')}…${signs.slice(signs.length - (longest - 1 - head)).join('')}`;
}

/** Control and bidirectional characters as signs that can be seen: a name must not rearrange the text around it. */
export function visible(name: string): string {
  return name.replace(
    // eslint-disable-next-line no-control-regex
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (sign) => `⟨${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
}
