import { useKeys } from '../keys.js';

/** What the keys of the inbox do, in its own words. */
export interface InboxVerbs {
  step(by: 1 | -1): void;
  extend(by: 1 | -1): void;
  line(by: 1 | -1): void;
  toggle(): void;
  selectMore(): void;
  fold(isOpen: boolean): void;
  enter(): void;
  escape(): void;
  decide(action: 'approve' | 'reject'): void;
  undo(): void;
  takeNewest(): void;
  openRegistry(): void;
  copyName(): void;
  search(): void;
  merge(): void;
}

export function useInboxKeys(does: InboxVerbs): void {
  useKeys({
    j: () => does.step(1),
    k: () => does.step(-1),
    ArrowDown: () => does.step(1),
    ArrowUp: () => does.step(-1),
    'Shift+j': () => does.extend(1),
    'Shift+k': () => does.extend(-1),
    'Shift+ArrowDown': () => does.extend(1),
    'Shift+ArrowUp': () => does.extend(-1),
    x: () => does.toggle(),
    'Mod+a': () => does.selectMore(),
    ArrowRight: () => does.fold(true),
    ArrowLeft: () => does.fold(false),
    Enter: () => does.enter(),
    Escape: () => does.escape(),
    a: () => does.decide('approve'),
    r: () => does.decide('reject'),
    u: () => does.undo(),
    t: () => does.takeNewest(),
    o: () => does.openRegistry(),
    c: () => does.copyName(),
    '/': () => does.search(),
    '[': () => does.line(-1),
    ']': () => does.line(1),
    '.': () => does.merge(),
  });
}
