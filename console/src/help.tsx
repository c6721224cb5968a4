import { t } from './messages/en-screens.js';
import { singleKeys } from './preferences.js';
import { useStore } from './store.js';
import { Dialog } from './ui/dialog.js';

/** All keys, and whether they are on. */
export default function Help({ onClose }: { onClose(): void }) {
  const hasKeys = useStore(singleKeys);
  return (
    <Dialog title={t.help.title} onClose={onClose}>
      {hasKeys ? null : <p className="bar-note">{t.help.off}</p>}
      <dl className="help">
        {t.help.rows.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key, i) => (
                <kbd key={i}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
