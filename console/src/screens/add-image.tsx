import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { t } from '../messages/screens.js';
import { say } from '../notices.js';
import { queryClient } from '../queries.js';
import { visible } from '../tag-difference.js';
import { Dialog } from '../ui/dialog.js';
import { problemOf } from '../ui/parts.js';

type Looked = components['schemas']['ImagePreviewAnswer'];

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
    call<Looked>('post', '/images', { query: { dry_run: true }, body: { image_name: name.trim() } })
      .then(setLooked, fail)
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
  const isThere = looked?.image_id ?? null;
  const isFound = looked?.found === true && isThere === null;
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
              {isThere !== null ? (
                <>
                  {t.images.alreadyThere(visible(looked.parsed.image_name))}{' '}
                  <Link href={`/images/${isThere}`}>{t.images.open}</Link>
                </>
              ) : looked.found ? (
                [
                  t.images.found(visible(looked.parsed.image_name)),
                  looked.official ? t.images.official : '',
                  looked.tag_count === null ? '' : `${t.images.foundTags(looked.tag_count)}.`,
                ]
                  .filter(Boolean)
                  .join(' ')
              ) : (
                t.images.notFound(visible(looked.parsed.image_name))
              )}
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
