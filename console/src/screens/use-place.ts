import { useSearch } from 'wouter';
import { useDropped } from '../place.js';

/** Which values a parameter may have. */
export type Rules<Name extends string> = Readonly<Record<Name, (value: string) => boolean>>;

export const oneOf =
  (values: readonly string[]) =>
  (value: string): boolean =>
    values.includes(value);
export const upTo =
  (longest: number) =>
  (value: string): boolean =>
    value.length <= longest;
export const isId = (value: string): boolean => /^[1-9]\d{0,8}$/.test(value);
/** As a link of this console writes it; a time without a zone is another one for each reader. */
export const isTime = (value: string): boolean =>
  /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value));

/** Reads the parameters of a screen; what is unknown or broken is left out and named. */
export function readPlace<Name extends string>(
  search: string,
  rules: Rules<Name>,
): { place: Partial<Record<Name, string>>; dropped: string[] } {
  const place: Partial<Record<Name, string>> = {};
  const dropped = new Set<string>();
  const isKnown = (name: string): name is Name => Object.hasOwn(rules, name);
  for (const [name, value] of new URLSearchParams(search)) {
    if (isKnown(name) && place[name] === undefined && rules[name](value)) place[name] = value;
    else dropped.add(name);
  }
  return { place, dropped: [...dropped] };
}

/** The parameters of the address that this screen knows. */
export function usePlace<Name extends string>(rules: Rules<Name>): Partial<Record<Name, string>> {
  const { place, dropped } = readPlace(useSearch(), rules);
  useDropped(dropped);
  return place;
}
