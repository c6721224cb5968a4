import { QueryClient, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { call, onAnswer } from './api/client.js';
import { ApiProblem } from './api/problem.js';
import { routes } from './api/routes.js';
import { detailOf, type Detail, type Session } from './api/types.js';
import type { components } from './api/schema.js';
import { read } from './early.js';
import { createStore, useStore } from './store.js';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // What is shown changes when its reader asks for it, not when he comes back to the window.
      refetchOnWindowFocus: false,
      retry: (failures, error) => error instanceof ApiProblem && error.isUncertain && failures < 2,
      retryDelay: (failures) => 500 * 3 ** failures,
    },
  },
});

// A session that has ended is found out by whichever call comes first, and the session says where to sign in.
onAnswer((status, path) => {
  if (status === 401 && path !== '/session') void queryClient.invalidateQueries({ queryKey: ['session'] });
});

/** Whether what the reader came for is there: what stands around it is read after it. */
export const settled = createStore<boolean, boolean>(false, (_, next) => next);
const SETTLED_AFTER_MS = 1_500;
setTimeout(() => settled.send(true), SETTLED_AFTER_MS);

/** Says so when it is painted: what is read next must not keep it waiting. */
export function useSettles(isHere: boolean): void {
  useEffect(() => {
    if (isHere) requestAnimationFrame(() => setTimeout(() => settled.send(true)));
  }, [isHere]);
}

/** A service without `/session` is the open one on this machine, which has no one to ask. */
const OPEN_LOCALLY: Session = {
  actor: 'local',
  role: 'admin',
  auth: 'local',
  sign_in_url: null,
  version: null,
};

export const sessionQuery = {
  queryKey: ['session'],
  staleTime: 60_000,
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Session> =>
    routes.has('/session') ? read<Session>('/session', { signal }) : OPEN_LOCALLY,
};

export function useSession() {
  return useQuery(sessionQuery);
}

export function useMay(): { isKnown: boolean; decide: boolean; admin: boolean } {
  const role = useSession().data?.role;
  return {
    isKnown: role !== undefined,
    decide: role === 'reviewer' || role === 'admin',
    admin: role === 'admin',
  };
}

export type Status = components['schemas']['MonitorStatusView'];

/** `isAwaited`: it is what the reader came for. */
export function useStatus(isAwaited = false) {
  const isSettled = useStore(settled);
  return useQuery({
    queryKey: ['status'],
    enabled: isAwaited || isSettled,
    refetchInterval: 15_000,
    queryFn: async ({ signal }) => ({
      ...(await call<Status>('get', '/images/monitor/status', { signal })),
      read_at: Date.now(),
    }),
  });
}

/** How many requests wait in all: the number beside "Inbox". */
export function useWaiting() {
  return useQuery({
    queryKey: ['waiting'],
    enabled: useStore(settled),
    refetchInterval: 30_000,
    queryFn: ({ signal }) =>
      call<{ total: number; total_is_exact?: false }>('get', '/images/approval-requests', {
        query: { status: ['pending'], limit: 1 },
        signal,
      }),
  });
}

export const detailQuery = (id: number) => ({
  queryKey: ['request', id] as const,
  staleTime: 15_000,
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Detail> =>
    detailOf(
      (await call<{ approval_request: unknown }>('get', `/images/approval-requests/${id}`, { signal }))
        .approval_request,
    ),
});
