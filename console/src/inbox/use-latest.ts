import { useEffect, useRef, useState } from 'react';

/** Functions that stay the same for memoised rows and always do what the newest ones do. */
export function useLatest<T extends object>(value: T): T {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  const [stable] = useState(() =>
    Object.fromEntries(
      Object.keys(value).map((name) => [
        name,
        (...args: unknown[]) =>
          (latest.current as Record<string, (...all: unknown[]) => unknown>)[name]?.(...args),
      ]),
    ),
  );
  return stable as T;
}
