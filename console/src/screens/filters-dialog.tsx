import { useEffect, useState } from 'react';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { t } from '../messages/en-screens.js';
import { queryClient } from '../queries.js';
import { visible } from '../tag-difference.js';
import { Dialog } from '../ui/dialog.js';
import { problemOf } from '../ui/parts.js';

type Preview = components['schemas']['FilterPreviewAnswer'];

const LOOK_AFTER_MS = 300;

/** Filters with what they would do to the last hundred tags, before they are saved. */
export default function FiltersDialog(props: {
  id: number;
  include: readonly string[];
  exclude: readonly string[];
  platforms: readonly string[];
  onClose(): void;
}) {
  const [include, setInclude] = useState(props.include.join('\n'));
  const [exclude, setExclude] = useState(props.exclude.join('\n'));
  const [platforms, setPlatforms] = useState(props.platforms.join('\n'));
  const [preview, setPreview] = useState<Preview | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const body = {
    tag_include: linesOf(include),
    tag_exclude: linesOf(exclude),
    platforms: linesOf(platforms),
  };
  const text = JSON.stringify(body);
  const fail = (error: unknown): void => {
    const met = problemOf(error);
    const fields = (met?.body['errors'] as { message: string }[] | undefined)
      ?.map((one) => one.message)
      .join('. ');
    setProblem(fields || met?.detail || t.error.noAnswer);
  };
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      call<Preview>('post', `/images/${props.id}/filter-preview`, {
        body: JSON.parse(text) as object,
        signal: stop.signal,
      }).then(
        (answer) => {
          setPreview(answer);
          setProblem(null);
        },
        (error: unknown) => (stop.signal.aborted ? undefined : fail(error)),
      );
    }, LOOK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, props.id]);
  const save = (): void => {
    call('put', `/images/${props.id}`, { body }).then(() => {
      void queryClient.invalidateQueries({ queryKey: ['images'] });
      props.onClose();
    }, fail);
  };
  return (
    <Dialog title={t.images.filtersTitle} onClose={props.onClose} wide>
      <p className="hint">{t.images.filtersHint}</p>
      <div className="filter-fields">
        <Lines label={t.images.include} value={include} onChange={setInclude} isFirst />
        <Lines label={t.images.exclude} value={exclude} onChange={setExclude} />
        <Lines label={t.images.platforms} value={platforms} onChange={setPlatforms} />
      </div>
      <p className={problem ? 'danger' : ''} role="status">
        {problem ?? (preview ? t.images.wouldOpen(preview.would_open, preview.tags.length) : '')}
      </p>
      {preview ? (
        <ul className="preview preview-tags" tabIndex={0} aria-label={t.images.preview}>
          {preview.tags.map((tag) => (
            <li key={tag.tag}>
              <span className={tag.would_open ? 'tag' : 'tag dim gone'}>{visible(tag.tag)}</span>
              {tag.reason ? <span className="dim"> {t.images.notOpened[tag.reason]}</span> : null}
            </li>
          ))}
        </ul>
      ) : null}
      <div className="dialog-foot">
        <button type="button" className="button button-primary" disabled={problem !== null} onClick={save}>
          {t.images.saveFilters}
        </button>
        <button type="button" className="button" onClick={props.onClose}>
          {t.decide.cancel}
        </button>
      </div>
    </Dialog>
  );
}

function Lines(props: { label: string; value: string; isFirst?: boolean; onChange(value: string): void }) {
  return (
    <label>
      <span className="field-label">{props.label}</span>
      <textarea
        className="field tag"
        rows={3}
        spellCheck={false}
        value={props.value}
        data-first={props.isFirst}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </label>
  );
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
