import { useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useQuery } from '@tanstack/react-query';
import { decide, nameOf, overlay, undoLast, type Outcome } from '../decide.js';
import { RejectDialog } from '../inbox/lazy.js';
import { useKeys } from '../keys.js';
import { t } from '../messages/en.js';
import { moved } from '../moved.js';
import { say } from '../notices.js';
import { detailQuery, useMay, useSettles } from '../queries.js';
import { BackIcon } from '../ui/icons.js';
import { copy, registryLink } from '../ui/parts.js';
import Detail from './detail.js';

/** The same detail as a page of its own: below 960 px, and for links. */
export default function RequestPage({ id }: { id: number }) {
  const [, navigate] = useLocation();
  const row = useQuery(detailQuery(id)).data ?? null;
  useSettles(row !== null);
  const may = useMay();
  const [isRejecting, setIsRejecting] = useState(false);
  const [isRepushAsked, setIsRepushAsked] = useState(false);
  const back = (): void => (cameFromHere() ? history.back() : navigate('/inbox'));
  const page = useRef<HTMLElement>(null);
  const goOn = (outcome: Outcome): void => {
    // The reader may have gone elsewhere meanwhile.
    if (outcome !== 'decided' || !page.current) return;
    if (cameFromList()) history.back();
    else navigate('/inbox');
  };
  const mayDecide = (): boolean =>
    row?.status === 'pending' && may.decide && overlay.get().gone.get(id) !== 'sent';
  const approve = (): void => {
    if (!row || !mayDecide()) return;
    if (moved.get() === id) return void say(t.decide.moved);
    if (row.bump === 'repush' && !isRepushAsked) return setIsRepushAsked(true);
    setIsRepushAsked(false);
    void decide({ row, also: [] }, 'approve').then(goOn);
  };
  const reject = (): void => void (mayDecide() && setIsRejecting(true));
  useKeys({
    a: approve,
    r: reject,
    u: () => undoLast(),
    o: () => {
      const link = registryLink(row?.url ?? null);
      if (link) window.open(link, '_blank', 'noopener,noreferrer');
    },
    c: () => row && void copy(`${row.image_name}@${row.digest ?? ''}`),
    Enter: () => isRepushAsked && approve(),
    Escape: () => (isRepushAsked ? setIsRepushAsked(false) : back()),
  });
  return (
    <main id="content" className="request-page" tabIndex={-1} ref={page}>
      <h1 className="sr">{t.detail.label}</h1>
      <button type="button" className="button button-quiet back" onClick={back}>
        <BackIcon /> {t.detail.back}
      </button>
      <Detail
        id={id}
        hint={null}
        isRepushAsked={isRepushAsked}
        keysAreOff={false}
        onApprove={approve}
        onReject={reject}
        onCancelRepush={() => setIsRepushAsked(false)}
      />
      {isRejecting && row ? (
        <RejectDialog
          title={t.decide.rejectTitle(nameOf(row))}
          onClose={() => setIsRejecting(false)}
          onReject={(reason) => {
            setIsRejecting(false);
            void decide({ row, also: [] }, 'reject', reason).then(goOn);
          }}
        />
      ) : null}
    </main>
  );
}

/** Whether the page before is of this site; who came from elsewhere is not sent back there. */
const cameFromHere = (): boolean => 'navigation' in window && navigation.canGoBack;

/** Whether the page before is the list, with its filter; loaded anew it would not know of the decision to undo. */
function cameFromList(): boolean {
  if (!('navigation' in window) || !navigation.currentEntry) return false;
  const before = navigation.entries()[navigation.currentEntry.index - 1];
  const list = new URL('inbox', document.baseURI).href;
  return before?.sameDocument === true && before.url?.split('?', 1)[0] === list;
}
