import { ValidateBy } from 'class-validator';
import { isTime } from '../domain/time.js';

/** How a list that reaches back in time is asked where it begins or ends. */
export const TAKES_TIME = 'takes a time in ISO 8601 with its zone, such as 2026-01-31T12:00:00Z';

/** The field is a moment, such as PostgreSQL takes without looking at its settings. */
export function IsTime(): PropertyDecorator {
  return ValidateBy(
    { name: 'isTime', validator: { validate: (value) => typeof value === 'string' && isTime(value) } },
    { message: TAKES_TIME },
  );
}
