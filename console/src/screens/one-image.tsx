import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { lineName } from '../inbox/rows.js';
import { t } from '../messages/en-screens.js';
import { SizeOfLine, Timeline } from '../plots/lazy.js';
import { useMay, useSettles } from '../queries.js';
import { visible } from '../tag-difference.js';
import { lazyDialog } from '../ui/dialog.js';
import { BackIcon } from '../ui/icons.js';
import { Failure, Monogram, problemOf, Skeleton } from '../ui/parts.js';
import { ImageChecks, resultOf, useCheckNow } from './image-checks.js';
import { ImageFacts } from './image-facts.js';
import { TagsSection, useImageTags, type ImageTags, type ObservedTag } from './image-tags.js';
import { Section } from './parts.js';
import { RequestsPerDay } from './requests-per-day.js';

const ImageDialog = lazyDialog(() => import('./image-dialog.js'));

type One = components['schemas']['OneImageAnswer'];

/** As many as tell a trend from a jump. */
const SIZES = 200;

/** One image: its switches, a check by hand, and every tag that was seen. */
export default function OneImage({ id }: { id: number }) {
  const query = useQuery({
    queryKey: ['images', 'one', id],
    queryFn: ({ signal }) => call<One>('get', `/images/${id}`, { signal }),
  });
  const [editing, setEditing] = useState<'approval_status' | 'tag_include' | null>(null);
  const tags = useImageTags(id);
  useSettles(query.isSuccess);
  const problem = problemOf(query.error);
  const image = query.data?.image;
  return (
    <main id="content" className="page" tabIndex={-1}>
      <Link href="/images" className="button button-quiet back">
        <BackIcon /> {t.images.title}
      </Link>
      {problem?.status === 404 ? (
        <h1>{problem.detail}</h1>
      ) : problem && !image ? (
        <Failure problem={problem} retry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <Skeleton /> : null}
      {image ? (
        <>
          <Head image={image} onEdit={() => setEditing('approval_status')} />
          {image.last_error ? <p className="bar-note danger">{visible(image.last_error)}</p> : null}
          <ImageFacts image={image} onEditFilters={() => setEditing('tag_include')} />
          <Plots image={image} tags={tags} />
          <ImageChecks id={id} />
          <TagsSection tags={tags} />
          {editing ? <ImageDialog image={image} first={editing} onClose={() => setEditing(null)} /> : null}
        </>
      ) : null}
    </main>
  );
}

/** The name, where it leads, and a check by hand with its outcome in place. */
function Head({ image, onEdit }: { image: One['image']; onEdit(): void }) {
  const may = useMay();
  const { isChecking, result, checkNow } = useCheckNow(image.id);
  return (
    <>
      <header className="page-head">
        <Monogram name={image.image_name} large />
        <div className="page-title">
          <h1>{visible(image.image_name)}</h1>
          <p className="page-facts">
            {image.pending_count > 0 ? (
              <Link href={`/inbox?image=${encodeURIComponent(image.image_name)}`}>
                {t.images.waiting(image.pending_count)}
              </Link>
            ) : (
              t.images.waiting(0)
            )}
            {' · '}
            <Link href={`/audit?image_id=${image.id}`}>{t.images.audit}</Link>
            {image.description ? ` · ${visible(image.description)}` : ''}
          </p>
        </div>
        {may.decide ? (
          <button type="button" className="button keeps-label" disabled={isChecking} onClick={checkNow}>
            {isChecking ? t.images.checking : t.images.checkNow}
          </button>
        ) : null}
        {may.admin ? (
          <button type="button" className="button keeps-label" onClick={onEdit}>
            {t.images.edit}
          </button>
        ) : null}
      </header>
      <p className="check-result" role="status">
        {result ? resultOf(result) : null}
      </p>
    </>
  );
}

function Plots({ image, tags }: { image: One['image']; tags: ImageTags }) {
  const { all, kept, span, filter, set } = tags;
  const line = filter.line ?? lineToShow(all, image.approved_newest?.tag ?? null);
  return (
    <>
      {kept.length > 1 ? (
        <Section title={t.images.timeline}>
          <Timeline tags={kept} span={span} onSpan={(next) => set({ span: next })} />
          <p className="hint">{t.images.timelineHint}</p>
        </Section>
      ) : null}
      <div className="two-columns">
        {line === null ? null : (
          <Section title={t.images.sizeOf(lineName(line.line, line.variant))}>
            <SizeOfLine
              imageId={image.id}
              line={line.line}
              tag={null}
              approved={null}
              most={SIZES}
              height={72}
              heading={t.images.sizeOf(lineName(line.line, line.variant))}
            />
          </Section>
        )}
        <Section title={t.monitor.tagsPerDay}>
          <RequestsPerDay imageId={image.id} />
        </Section>
      </div>
    </>
  );
}

/** The line of the newest approved tag, else of the newest one. */
function lineToShow(
  tags: readonly ObservedTag[],
  approved: string | null,
): { line: string; variant: string } | null {
  const tag = tags.find((one) => one.tag === approved && one.line !== null) ?? tags.find((one) => one.line);
  return tag?.line ? { line: tag.line, variant: tag.variant } : null;
}
