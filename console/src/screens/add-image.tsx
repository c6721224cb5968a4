import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../api/client.js';
import { t } from '../messages/en.js';
import { say } from '../notices.js';
import { queryClient } from '../queries.js';
import { visible } from '../tag-difference.js';
import { Dialog } from '../ui/dialog.js';
import { problemOf } from '../ui/parts.js';

interface Looked {
  image_name?: string;
  found?: boolean | null;
  is_official?: boolean;
  official?: boolean;
  description?: string | null;
  tag_count?: number | null;
}

/** A reference is parsed and looked up before anything is saved. */
export default function AddImage({ onClose }: { onClose(): void }) {
  const [name, setName] = useState('');
  const [looked, setLooked] = useState<Looked | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [, navigate] = useLocation();
  const fail = (error: unknown): void => {
    const met = problemOf(error);
    const fields = (met?.body['errors'] as { message: string }[] | undefined)
      ?.map((one) => one.message)
      .join('. ');
    setProblem(fields || met?.detail || t.error.noAnswer);
  };
  const look = (): void => {
    setIsBusy(true);
    setProblem(null);
    call<Record<string, unknown>>('post', '/images', {
      query: { dry_run: true },
      body: { image_name: name.trim() },
    })
      .then(
        (answer) =>
          setLooked({ ...(answer as Looked), ...((answer['image'] ?? answer['preview'] ?? {}) as Looked) }),
        fail,
      )
      .finally(() => setIsBusy(false));
  };
  const save = (): void => {
    setIsBusy(true);
    call<{ image: { id: number; image_name: string } }>('post', '/images', {
      body: { image_name: name.trim(), approval_status: 'approved', watch_for_updates: true },
    })
      .then((answer) => {
        void queryClient.invalidateQueries({ queryKey: ['images'] });
        say(t.images.added(visible(answer.image.image_name)));
        onClose();
        navigate(`/images/${answer.image.id}`);
      }, fail)
      .finally(() => setIsBusy(false));
  };
  const isFound = looked !== null && looked.found !== false;
  return (
    <Dialog title={t.images.addTitle} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isFound) save();
          else if (name.trim() !== '') look();
        }}
      >
        <label className="field-label" htmlFor="reference">
          {t.images.addLabel}
        </label>
        <input
          id="reference"
          data-first
          className="field"
          value={name}
          maxLength={255}
          spellCheck={false}
          autoComplete="off"
          aria-describedby="reference-hint"
          onChange={(event) => {
            setName(event.target.value);
            setLooked(null);
            setProblem(null);
          }}
        />
        <p
          id="reference-hint"
          className={problem ? 'hint danger' : 'hint'}
          role={problem ? 'alert' : undefined}
        >
          {problem ?? t.images.addHint}
        </p>
        {looked ? (
          <div role="status" className="looked">
            <p>
              {isFound
                ? t.images.found(visible(looked.image_name ?? name))
                : t.images.notFound(visible(looked.image_name ?? name))}
              {looked.is_official || looked.official ? ` ${t.images.official}.` : ''}
              {typeof looked.tag_count === 'number' ? ` ${t.images.foundTags(looked.tag_count)}.` : ''}
            </p>
            {looked.description ? <p className="dim">{visible(looked.description)}</p> : null}
          </div>
        ) : null}
        <div className="dialog-foot">
          <button type="submit" className="button button-primary" disabled={isBusy || name.trim() === ''}>
            {isFound ? t.images.save : t.images.look}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {t.decide.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
