import { useId, useState } from 'react';
import { t } from '../messages/en.js';
import { lastReasons } from '../preferences.js';
import { useStore } from '../store.js';
import { Dialog } from '../ui/dialog.js';

/** A reason, with the last five at hand; Ctrl or ⌘ and Enter sends it. */
export default function RejectDialog(props: {
  title: string;
  hint?: string;
  label?: string;
  send?: string;
  onReject(reason: string): void;
  onClose(): void;
}) {
  const [reason, setReason] = useState('');
  const [isMissing, setIsMissing] = useState(false);
  const reasons = useStore(lastReasons);
  const field = useId();
  const send = (): void => {
    if (reason.trim() === '') setIsMissing(true);
    else props.onReject(reason.trim());
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <label className="field-label" htmlFor={field}>
        {props.label ?? t.detail.reason}
      </label>
      <textarea
        id={field}
        data-first
        className="field"
        rows={4}
        maxLength={2_000}
        value={reason}
        aria-describedby={`${field}-hint`}
        aria-invalid={isMissing || undefined}
        onChange={(event) => {
          setReason(event.target.value);
          setIsMissing(false);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing)
            return;
          // Else it presses what has the focus next.
          event.preventDefault();
          send();
        }}
      />
      <p id={`${field}-hint`} className={isMissing ? 'hint danger' : 'hint'}>
        {isMissing ? t.decide.reasonNeeded : (props.hint ?? t.decide.reasonHint)}
      </p>
      {reasons.length > 0 ? (
        <div className="chips" role="group" aria-label={t.decide.lastReasons}>
          {reasons.map((one) => (
            <button key={one} type="button" className="chip cut" title={one} onClick={() => setReason(one)}>
              {one}
            </button>
          ))}
        </div>
      ) : null}
      <div className="dialog-foot">
        <button
          type="button"
          className={props.send ? 'button button-primary' : 'button button-reject'}
          onClick={send}
        >
          {props.send ?? t.decide.send}
        </button>
        <button type="button" className="button" onClick={props.onClose}>
          {t.decide.cancel}
        </button>
      </div>
    </Dialog>
  );
}
