import { done, undo } from '../decide.js';
import { t } from '../messages/en.js';
import { useStore } from '../store.js';

/** What this page has decided since it was opened, newest first, each with its way back. */
export default function SessionDecisions() {
  const decisions = useStore(done);
  if (decisions.length === 0) return null;
  return (
    <section className="session-decisions" aria-label={t.decide.inSession}>
      <h2>{t.decide.inSession}</h2>
      <ul className="history" tabIndex={0} aria-label={t.decide.inSession}>
        {decisions.map((one) => (
          <li key={one.ids.join()}>
            <span className="cut">{one.sentence}</span>
            <button type="button" className="link" onClick={() => void undo(one)}>
              {t.decide.undo}
              <span className="sr"> {one.name}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
