/** PostgreSQL sends `bigint` as text. Sizes and counts here stay far below 2^53, so a number holds them. */
export const BIGINT_AS_NUMBER = {
  from: (value: string | null): number | null => (value === null ? null : Number(value)),
  to: (value: number | null): number | null => value,
};
