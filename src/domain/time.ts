const TIME =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;

/**
 * Whether a text is a moment: ISO 8601 with its zone, of a day that exists, to the microsecond as PostgreSQL keeps it.
 * Everything else that ISO 8601 knows (weeks, days of the year, times without a zone) PostgreSQL refuses, or takes for
 * a moment that depends on its settings.
 */
export function isTime(text: string): boolean {
  const match = TIME.exec(text);
  if (!match) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists =
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  // Date takes the years 0 to 99 for 1900 to 1999, so that those do not exist here, either.
  return exists && hour < 24 && minute < 60 && second < 60;
}
