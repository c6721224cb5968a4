import { parsePlatformPattern, platformText } from '../domain/platform.js';
import { Refusal } from '../domain/refusals.js';
import { compileTagFilter } from '../domain/tag-filter.js';
import type { Image, ImageApprovalStatus, RequestPolicy } from './image.entity.js';

/** What a caller may say about an image; undefined: not given, null: without a value. */
export interface ImageSettingsGiven {
  readonly description?: string | null;
  readonly category?: string | null;
  readonly approval_status?: ImageApprovalStatus;
  readonly watch_for_updates?: boolean;
  readonly check_interval_minutes?: number | null;
  readonly request_policy?: RequestPolicy | null;
  readonly baseline?: boolean;
  readonly tag_include?: readonly string[];
  readonly tag_exclude?: readonly string[];
  readonly platforms?: readonly string[];
  readonly auto_rollout?: boolean;
}

/** The part of an image that a caller decides on. */
export type ImageSettings = Pick<
  Image,
  | 'description'
  | 'category'
  | 'approvalStatus'
  | 'watchForUpdates'
  | 'checkIntervalMinutes'
  | 'requestPolicy'
  | 'baseline'
  | 'tagInclude'
  | 'tagExclude'
  | 'platforms'
  | 'autoRollout'
>;

/** An image that nobody has said anything about. */
export const NEW_IMAGE: ImageSettings = {
  description: null,
  category: null,
  approvalStatus: 'pending',
  watchForUpdates: false,
  checkIntervalMinutes: null,
  requestPolicy: null,
  baseline: false,
  tagInclude: [],
  tagExclude: [],
  platforms: [],
  autoRollout: true,
};

/**
 * The settings of an image after a caller said something about it. Only approved images are monitored: one that is
 * approved just now is watched unless the caller says otherwise, one that is not approved never is (409 where the
 * caller wants both). Throws a Refusal naming the field of a bad pattern or platform.
 */
export function settingsAfter(before: ImageSettings, given: ImageSettingsGiven): ImageSettings {
  const approvalStatus = given.approval_status ?? before.approvalStatus;
  const isApproved = approvalStatus === 'approved';
  if (given.watch_for_updates && !isApproved) throw notApproved(approvalStatus);
  const isWatchedByDefault = before.approvalStatus === 'approved' ? before.watchForUpdates : true;

  if (given.tag_include || given.tag_exclude) {
    compileTagFilter({ include: given.tag_include ?? [], exclude: given.tag_exclude ?? [] });
  }
  return {
    description: given.description === undefined ? before.description : given.description,
    category: given.category === undefined ? before.category : given.category,
    approvalStatus,
    watchForUpdates: isApproved && (given.watch_for_updates ?? isWatchedByDefault),
    checkIntervalMinutes:
      given.check_interval_minutes === undefined ? before.checkIntervalMinutes : given.check_interval_minutes,
    requestPolicy: given.request_policy === undefined ? before.requestPolicy : given.request_policy,
    baseline: given.baseline ?? before.baseline,
    tagInclude: given.tag_include ? [...given.tag_include] : before.tagInclude,
    tagExclude: given.tag_exclude ? [...given.tag_exclude] : before.tagExclude,
    platforms: given.platforms ? platformsOf(given.platforms) : before.platforms,
    autoRollout: given.auto_rollout ?? before.autoRollout,
  };
}

/** Column name → property, in the order in which a change is told. */
const COLUMNS: readonly (readonly [string, keyof ImageSettings])[] = [
  ['approval_status', 'approvalStatus'],
  ['watch_for_updates', 'watchForUpdates'],
  ['description', 'description'],
  ['category', 'category'],
  ['check_interval_minutes', 'checkIntervalMinutes'],
  ['request_policy', 'requestPolicy'],
  ['baseline', 'baseline'],
  ['tag_include', 'tagInclude'],
  ['tag_exclude', 'tagExclude'],
  ['platforms', 'platforms'],
  ['auto_rollout', 'autoRollout'],
];

/** What a change changed, from and to, by column; null when nothing did. */
export function changesBetween(
  before: ImageSettings,
  after: ImageSettings,
): { from: Record<string, unknown>; to: Record<string, unknown> } | null {
  const changed = COLUMNS.filter(([, key]) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  if (changed.length === 0) return null;
  return {
    from: Object.fromEntries(changed.map(([column, key]) => [column, before[key]])),
    to: Object.fromEntries(changed.map(([column, key]) => [column, after[key]])),
  };
}

/** Monitoring is refused to an image in this state. */
export function notApproved(status: ImageApprovalStatus): Refusal {
  return new Refusal(
    'conflict',
    'image_not_approved',
    `Only approved images can be monitored, and this one is ${status}. Approve it first.`,
    { details: { approval_status: status } },
  );
}

/** There is no such image. */
export function imageNotFound(id: number): Refusal {
  return new Refusal('not_found', 'image_not_found', `There is no image ${id}.`);
}

/** As Docker writes them, each once. */
function platformsOf(texts: readonly string[]): string[] {
  return [
    ...new Set(texts.map((text, index) => platformText(parsePlatformPattern(text, `platforms[${index}]`)))),
  ];
}
