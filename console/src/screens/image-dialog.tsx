import { useEffect, useRef, useState, type ReactNode } from 'react';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { t } from '../messages/en-screens.js';
import { queryClient } from '../queries.js';
import { visible } from '../tag-difference.js';
import { Dialog } from '../ui/dialog.js';
import { problemOf } from '../ui/parts.js';

type Image = components['schemas']['ImageView'];
type Preview = components['schemas']['FilterPreviewAnswer'];

const LOOK_AFTER_MS = 300;
const FILTERS = ['tag_include', 'tag_exclude', 'platforms'] as const;

/** An image as the fields hold it: texts, and a list as its lines. */
const draftOf = (image: Image) => ({
  approval_status: image.approval_status,
  watch_for_updates: image.watch_for_updates,
  check_interval_minutes: image.check_interval_minutes === null ? '' : String(image.check_interval_minutes),
  request_policy: image.request_policy ?? '',
  auto_rollout: image.auto_rollout,
  category: image.category ?? '',
  description: image.description ?? '',
  tag_include: image.tag_include.join('\n'),
  tag_exclude: image.tag_exclude.join('\n'),
  platforms: image.platforms.join('\n'),
});
type Draft = ReturnType<typeof draftOf>;
type Field = keyof Draft;
/** What the service said, by field or of the whole. */
type Refused = Partial<Record<Field | 'all', string>>;

/** As the API takes it. What is no number goes as it was typed: the service says what it takes instead. */
const bodyOf = (draft: Draft): Record<Field, unknown> => ({
  ...draft,
  check_interval_minutes: /^\d+$/.test(draft.check_interval_minutes.trim())
    ? Number(draft.check_interval_minutes)
    : draft.check_interval_minutes.trim() || null,
  request_policy: draft.request_policy || null,
  category: draft.category.trim() || null,
  description: draft.description.trim() || null,
  tag_include: linesOf(draft.tag_include),
  tag_exclude: linesOf(draft.tag_exclude),
  platforms: linesOf(draft.platforms),
});

/**
 * All that an admin decides about an image, with what its filters would do to the last hundred tags. Only what was
 * changed is sent; what the service refuses is said at its field.
 */
export default function ImageDialog(props: { image: Image; first: Field; onClose(): void }) {
  const { image } = props;
  const form = useRef<HTMLFormElement>(null);
  const [before] = useState(() => draftOf(image));
  const [draft, setDraft] = useState(before);
  const [refused, setRefused] = useState<Refused>({});
  const [isBusy, setIsBusy] = useState(false);
  const body = bodyOf(draft);
  const set = (change: Partial<Draft>): void => {
    setDraft({ ...draft, ...change });
    const rest = { ...refused };
    for (const name of ['all', ...Object.keys(change)] as Field[]) delete rest[name];
    setRefused(rest);
  };
  const preview = usePreview(image.id, body, (found) => setRefused((now) => ({ ...now, ...found })));
  const save = (): void => {
    const old = bodyOf(before);
    const changed = (Object.keys(body) as Field[]).filter(
      (name) => JSON.stringify(body[name]) !== JSON.stringify(old[name]),
    );
    if (changed.length === 0) return props.onClose();
    setIsBusy(true);
    call('put', `/images/${image.id}`, {
      body: Object.fromEntries(changed.map((name) => [name, body[name]])),
    })
      .then(
        () => {
          void queryClient.invalidateQueries({ queryKey: ['images'] });
          props.onClose();
        },
        (error: unknown) => {
          const found = refusedBy(error);
          setRefused(found);
          const [first] = Object.keys(found);
          form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
        },
      )
      .finally(() => setIsBusy(false));
  };
  const shared = { draft, refused, set, first: props.first };
  return (
    <Dialog title={t.images.editTitle(visible(image.image_name))} onClose={props.onClose} wide>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) save();
        }}
      >
        <Settings form={shared} />
        <Filters form={shared} preview={preview} />
        <p className="danger" role="alert">
          {refused.all}
        </p>
        <div className="dialog-foot">
          <button type="submit" className="button button-primary" disabled={isBusy}>
            {t.images.saveChanges}
          </button>
          <button type="button" className="button" onClick={props.onClose}>
            {t.decide.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface Form {
  readonly draft: Draft;
  readonly refused: Refused;
  readonly first: Field;
  set(change: Partial<Draft>): void;
}

function Settings({ form }: { form: Form }) {
  const { draft, set } = form;
  const isApproved = draft.approval_status === 'approved';
  return (
    <>
      <div className="edit-fields">
        <Labelled {...form} name="approval_status" label={t.images.status}>
          {(field) => (
            <select
              {...field}
              value={draft.approval_status}
              onChange={({ target: { value } }) =>
                // As the service does: approved is watched, anything else is not.
                set({
                  approval_status: value as Draft['approval_status'],
                  watch_for_updates: value === 'approved',
                })
              }
            >
              <Options of={t.images.statuses} />
            </select>
          )}
        </Labelled>
        <Labelled
          {...form}
          name="watch_for_updates"
          label={t.images.watch}
          hint={isApproved ? '' : t.images.onlyApproved}
        >
          {(field) => (
            <select
              {...field}
              value={draft.watch_for_updates ? 'yes' : 'no'}
              disabled={!isApproved}
              onChange={({ target }) => set({ watch_for_updates: target.value === 'yes' })}
            >
              <Options of={{ yes: t.images.yes, no: t.images.no }} />
            </select>
          )}
        </Labelled>
        <Labelled
          {...form}
          name="check_interval_minutes"
          label={t.images.intervalMinutes}
          hint={t.images.intervalHint}
        >
          {(field) => (
            <input
              {...field}
              inputMode="numeric"
              autoComplete="off"
              value={draft.check_interval_minutes}
              onChange={({ target }) => set({ check_interval_minutes: target.value })}
            />
          )}
        </Labelled>
        <Labelled {...form} name="request_policy" label={t.images.policy}>
          {(field) => (
            <select
              {...field}
              value={draft.request_policy}
              onChange={({ target }) => set({ request_policy: target.value })}
            >
              <Options of={{ '': t.images.policyDefault, ...t.images.policies }} />
            </select>
          )}
        </Labelled>
        <Labelled {...form} name="auto_rollout" label={t.images.rollout}>
          {(field) => (
            <select
              {...field}
              value={draft.auto_rollout ? 'yes' : 'no'}
              onChange={({ target }) => set({ auto_rollout: target.value === 'yes' })}
            >
              <Options of={t.images.rollouts} />
            </select>
          )}
        </Labelled>
        <Labelled {...form} name="category" label={t.images.category}>
          {(field) => (
            <input
              {...field}
              autoComplete="off"
              value={draft.category}
              onChange={({ target }) => set({ category: target.value })}
            />
          )}
        </Labelled>
      </div>
      <Labelled {...form} name="description" label={t.images.description}>
        {(field) => (
          <textarea
            {...field}
            rows={2}
            value={draft.description}
            onChange={({ target }) => set({ description: target.value })}
          />
        )}
      </Labelled>
    </>
  );
}

/** Which tags open a request, and what that would have come to. */
function Filters({ form, preview }: { form: Form; preview: Preview | null }) {
  const { draft, set } = form;
  return (
    <fieldset className="edit-filters">
      <legend className="field-label">{t.images.filtersTitle}</legend>
      <p className="hint">{t.images.filtersHint}</p>
      <div className="filter-fields">
        {FILTERS.map((name) => (
          <Labelled key={name} {...form} name={name} label={FILTER_NAMES[name]}>
            {(field) => (
              <textarea
                {...field}
                className="field tag"
                rows={3}
                spellCheck={false}
                value={draft[name]}
                onChange={({ target }) => set({ [name]: target.value })}
              />
            )}
          </Labelled>
        ))}
      </div>
      <p role="status">{preview ? t.images.wouldOpen(preview.would_open, preview.tags.length) : ''}</p>
      {preview && preview.tags.length > 0 ? (
        <ul className="preview preview-tags" tabIndex={0} aria-label={t.images.preview}>
          {preview.tags.map((tag) => (
            <li key={tag.tag}>
              <span className={tag.would_open ? 'tag' : 'tag dim gone'}>{visible(tag.tag)}</span>
              {tag.reason ? <span className="dim"> {t.images.notOpened[tag.reason]}</span> : null}
            </li>
          ))}
        </ul>
      ) : null}
    </fieldset>
  );
}

const FILTER_NAMES = {
  tag_include: t.images.include,
  tag_exclude: t.images.exclude,
  platforms: t.images.platforms,
} as const;

/** What the filters would do, once they stand still. */
function usePreview(
  id: number,
  body: Record<Field, unknown>,
  onRefused: (found: Refused) => void,
): Preview | null {
  const [preview, setPreview] = useState<Preview | null>(null);
  const text = JSON.stringify(Object.fromEntries(FILTERS.map((name) => [name, body[name]])));
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      call<Preview>('post', `/images/${id}/filter-preview`, {
        body: JSON.parse(text) as object,
        signal: stop.signal,
      }).then(setPreview, (error: unknown) => {
        if (stop.signal.aborted) return;
        setPreview(null);
        onRefused(refusedBy(error));
      });
    }, LOOK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, id]);
  return preview;
}

/** The sentence of each field that the service refused ("tag_include[0]" is a line of one), else of the whole. */
function refusedBy(error: unknown): Refused {
  const met = problemOf(error);
  const fields = (met?.body['errors'] ?? []) as { field: string; message: string }[];
  const found: Partial<Record<string, string>> = {};
  for (const { field, message } of fields) {
    const name = /^\w+/.exec(field)?.[0] ?? 'all';
    found[name] = [found[name], message].filter(Boolean).join('. ');
  }
  return fields.length > 0 ? found : { all: met?.detail || t.error.noAnswer };
}

interface FieldProps {
  id: string;
  name: string;
  className: string;
  'aria-invalid'?: true;
  'aria-describedby'?: string;
  'data-first'?: true;
}

function Labelled(props: {
  name: Field;
  label: string;
  hint?: string;
  first: Field;
  refused: Partial<Record<Field, string>>;
  children(field: FieldProps): ReactNode;
}) {
  const { name, hint } = props;
  const said = props.refused[name];
  const id = `edit-${name}`;
  return (
    <div className="edit-field">
      <label className="field-label" htmlFor={id}>
        {props.label}
      </label>
      {props.children({
        id,
        name,
        className: 'field',
        'aria-invalid': said === undefined ? undefined : true,
        'aria-describedby': said || hint ? `${id}-said` : undefined,
        'data-first': name === props.first ? true : undefined,
      })}
      {said || hint ? (
        <p id={`${id}-said`} className={said ? 'hint danger' : 'hint'} role={said ? 'alert' : undefined}>
          {said ?? hint}
        </p>
      ) : null}
    </div>
  );
}

function Options({ of }: { of: Record<string, string> }) {
  return Object.entries(of).map(([value, label]) => (
    <option key={value} value={value}>
      {label}
    </option>
  ));
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
