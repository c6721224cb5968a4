import { useRef, useState } from 'react';
import { t } from '../messages/en-screens.js';
import { say } from '../notices.js';
import { isViews, savedViews } from '../preferences.js';
import { useSession } from '../queries.js';
import { useStore } from '../store.js';
import { Dialog } from '../ui/dialog.js';
import { StarIcon } from '../ui/icons.js';
import { Menu, MenuChoices, MenuItem, MenuLine } from '../ui/menu.js';
import { saveFile } from '../ui/save-file.js';

/** Views are addresses: the given ones, and those that this browser keeps. */
export default function ViewsMenu({ query, onChoose }: { query: string; onChoose(query: string): void }) {
  const saved = useStore(savedViews);
  const actor = useSession().data?.actor ?? '';
  const [isSaving, setIsSaving] = useState(false);
  const [name, setName] = useState('');
  const file = useRef<HTMLInputElement>(null);
  const given = [
    { label: t.views.names.everything, value: '' },
    { label: t.views.names.repushed, value: 'bump=repush' },
    { label: t.views.names.fresh, value: 'bump=patch%2Crebuild&newer=7' },
    { label: t.views.names.majors, value: 'bump=major' },
    { label: t.views.names.waiting, value: 'older=14' },
    { label: t.views.names.platform, value: 'missing=any' },
    {
      label: t.views.names.mine,
      value: new URLSearchParams({
        status: 'approved,rejected',
        decided_by: actor,
        sort: 'newest',
        by: 'none',
      }).toString(),
    },
  ];
  const keep = (): void => {
    if (name.trim() === '') return;
    savedViews.send([...saved.filter((one) => one.name !== name.trim()), { name: name.trim(), query }]);
    setIsSaving(false);
    setName('');
  };
  return (
    <>
      <Menu
        label={t.views.title}
        trigger={
          <>
            <StarIcon />
            <span className="hide-narrow">{t.inbox.views}</span>
          </>
        }
      >
        <MenuChoices title={t.views.given} value={query} choices={given} onChoose={onChoose} />
        {saved.length > 0 ? (
          <>
            <MenuLine />
            <MenuChoices
              title={t.views.saved}
              value={query}
              choices={saved.map((one) => ({ value: one.query, label: one.name }))}
              onChoose={onChoose}
            />
            {saved.map((one) => (
              <MenuItem
                key={one.name}
                onChoose={() => savedViews.send(saved.filter((other) => other !== one))}
              >
                {t.views.remove(one.name)}
              </MenuItem>
            ))}
          </>
        ) : null}
        <MenuLine />
        <MenuItem onChoose={() => setIsSaving(true)}>{t.views.save}</MenuItem>
        {saved.length > 0 ? <MenuItem onChoose={() => exportViews(saved)}>{t.views.export}</MenuItem> : null}
        <MenuItem onChoose={() => file.current?.click()}>{t.views.import}</MenuItem>
      </Menu>
      <input
        ref={file}
        type="file"
        accept="application/json"
        hidden
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          event.target.value = '';
          void chosen?.text().then((text) => importViews(text, saved));
        }}
      />
      {isSaving ? (
        <Dialog title={t.views.save.replace('…', '')} onClose={() => setIsSaving(false)}>
          <label className="field-label" htmlFor="view-name">
            {t.views.name}
          </label>
          <input
            id="view-name"
            data-first
            className="field"
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
              // Else it presses what has the focus next.
              event.preventDefault();
              keep();
            }}
          />
          <div className="dialog-foot">
            <button type="button" className="button button-primary" onClick={keep}>
              {t.views.keep}
            </button>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}

const exportViews = (views: unknown): void =>
  saveFile(JSON.stringify(views, null, 2), 'application/json', 'image-monitor-views.json');

function importViews(text: string, before: ReturnType<typeof savedViews.get>): void {
  try {
    const views: unknown = JSON.parse(text);
    if (!isViews(views)) throw new Error('not views');
    savedViews.send([...before.filter((one) => !views.some((other) => other.name === one.name)), ...views]);
  } catch {
    say(t.views.bad, 'error');
  }
}
