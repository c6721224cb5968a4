import { createStore } from './store.js';

/** How the page hears of changes, and what has come since the list was last merged. */
export interface Live {
  readonly state: 'connecting' | 'live' | 'reconnecting' | 'polling' | 'paused' | 'offline';
  readonly newCount: number;
  /** When the service was last heard of. */
  readonly lastAt: number;
  readonly hasNewBuild: boolean;
}
export type LiveEvent =
  | { type: 'state'; state: Live['state'] }
  | { type: 'heard'; at: number }
  | { type: 'opened'; count: number }
  | { type: 'merged' }
  | { type: 'new-build' };

export function reduceLive(state: Live, event: LiveEvent): Live {
  switch (event.type) {
    case 'state':
      return state.state === event.state ? state : { ...state, state: event.state };
    case 'heard':
      // To the second: who shows it shows minutes, and an event each 10 ms must not draw the page each 10 ms.
      return event.at - state.lastAt < 1_000 ? state : { ...state, lastAt: event.at };
    case 'opened':
      return event.count <= 0 ? state : { ...state, newCount: state.newCount + event.count };
    case 'merged':
      return state.newCount === 0 ? state : { ...state, newCount: 0 };
    case 'new-build':
      return { ...state, hasNewBuild: true };
  }
}

export const live = createStore<Live, LiveEvent>(
  { state: 'connecting', newCount: 0, lastAt: Date.now(), hasNewBuild: false },
  reduceLive,
);
