/**
 * Named points at which a test has this process die, as by a power cut: `test/crash/` kills the service at each of them
 * and counts what was lost. Inert in production: nothing happens unless IMS_FAILPOINTS is set *and* the process was
 * forked by a program that keeps a channel to it, as the tests' harness does.
 *
 * IMS_FAILPOINTS is `name:times` or `name:times:delay`: the process kills itself the `times`th time that it passes the
 * point, at once or `delay` milliseconds later: in the middle of what the point comes before.
 */
export type Failpoint =
  | `claim.${'before' | 'after'}`
  | `claim_one.${'before' | 'after'}`
  | `payment.${'before' | 'after'}`
  | `check.${'begun' | 'page_read' | 'compared' | 'unchanged' | 'transaction' | 'closed' | 'opened' | 'observed' | 'committed' | 'failing' | 'failed'}`
  | `probe.${'begun' | 'page_read' | 'judged' | 'closed' | 'failing' | 'failed'}`
  | `back_fill.${'claimed' | 'page_read' | 'closed' | 'opened' | 'written' | 'committed'}`
  | `decision.${'begun' | 'images_locked' | 'requests_locked' | 'judged' | 'tags_approved' | 'requests_written' | 'compared' | 'audited' | 'committed'}`
  | `delivery.${'taken' | 'handler_done' | 'handled' | 'done' | 'failed' | 'given_up'}`
  | `replay.${'before' | 'after'}`;

/** Dies here if a test wants it; else does nothing. */
export const failpoint: (name: Failpoint) => void = armed(process.env['IMS_FAILPOINTS']);

function armed(order: string | undefined): (name: Failpoint) => void {
  if (order === undefined || process.send === undefined) return () => undefined;
  const [wanted = '', times = '1', delay = '0'] = order.split(':');
  let left = Number(times);
  const die = (): void => void process.kill(process.pid, 'SIGKILL');
  return (name) => {
    if (name !== wanted || --left !== 0) return;
    if (Number(delay) > 0) setTimeout(die, Number(delay));
    else die();
  };
}
