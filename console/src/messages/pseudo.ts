const SIGNS: Readonly<Record<string, string>> = {
  ...{
    a: 'å',
    b: 'ƀ',
    c: 'ç',
    d: 'ð',
    e: 'é',
    f: 'ƒ',
    g: 'ĝ',
    h: 'ĥ',
    i: 'î',
    j: 'ĵ',
    k: 'ķ',
    l: 'ļ',
    m: 'ɱ',
  },
  ...{
    n: 'ñ',
    o: 'ö',
    p: 'þ',
    r: 'ŕ',
    s: 'š',
    t: 'ţ',
    u: 'û',
    v: 'ṽ',
    w: 'ŵ',
    y: 'ý',
    z: 'ž',
    A: 'Å',
    C: 'Ç',
  },
  ...{
    D: 'Ð',
    E: 'É',
    I: 'Î',
    L: 'Ļ',
    M: 'Ṁ',
    N: 'Ñ',
    O: 'Ö',
    P: 'Þ',
    R: 'Ŕ',
    S: 'Š',
    T: 'Ţ',
    U: 'Û',
    W: 'Ŵ',
  },
};

/** As much longer as a translation may be. */
const LONGER = 0.4;

/**
 * The texts as a language that does not exist: accented, and 40 % longer. What stays plain on a screen did not come from
 * the catalogue; what is cut off would be cut off in a translation. Values put into a text stay as they are.
 */
export function pseudo<T>(texts: T): T {
  return (
    typeof texts === 'string'
      ? accented(texts)
      : typeof texts === 'function'
        ? (...values: unknown[]) => around((texts as (...all: unknown[]) => unknown)(...values), values)
        : Array.isArray(texts)
          ? texts.map((one) => pseudo<unknown>(one))
          : typeof texts === 'object' && texts !== null
            ? Object.fromEntries(Object.entries(texts).map(([key, one]) => [key, pseudo<unknown>(one)]))
            : texts
  ) as T;
}

function around(text: unknown, values: readonly unknown[]): unknown {
  if (Array.isArray(text))
    return text.map((one: unknown) => (values.includes(one) ? one : around(one, values)));
  if (typeof text !== 'string') return text;
  const kept = values.find((value): value is string => typeof value === 'string' && value.length > 0);
  return kept === undefined ? accented(text) : text.split(kept).map(accented).join(kept);
}

function accented(text: string): string {
  if (!/[A-Za-z]{2}/.test(text)) return text;
  const signs = [...text].map((sign) => SIGNS[sign] ?? sign).join('');
  const vowels = 'åéîöûå éîöûåéîö '.repeat(20);
  const [, start = '', end = ''] = /^(.*?)([.…: ]*)$/su.exec(signs) ?? [];
  return `${start}${vowels.slice(0, Math.ceil(text.length * LONGER)).trimEnd()}${end}`;
}
