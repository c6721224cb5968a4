import { Inject, Injectable, Logger } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings.js';
import { quoted } from '../domain/quoted.js';
import type { RegistryTag, RepositoryPath } from '../domain/registry-tag.js';
import { AccessToken, type CredentialsState } from './access-token.js';
import {
  judgeListingOrder,
  judgeOrder,
  parseAccessToken,
  parseListingPage,
  parseRepository,
  parseTag,
  parseTagPage,
  readErrorMessage,
  sortNewestFirst,
  type ListingPage,
  type PageOrder,
  type RepositoryAnswer,
  type TagPage,
} from './answers.js';
import { DockerHubError, redactUrl } from './errors.js';
import { readRateLimit, readRetryAfterMs } from './rate-limit.js';
import { Deadline, Transport, type HubAnswer, type Pay } from './transport.js';

/** More is clamped to 100 without a word (facts.md, section 1.2). */
const PAGE_SIZE = 100;

type Ordering = 'last_updated' | '-last_updated';

/**
 * Asks Docker Hub for tags: one method is one question, answered in a type that cannot be wrong or by a
 * {@link DockerHubError} whose `kind` says what to do. It pays for every request it sends, repeats none but for a
 * renewed token and a turned order, and holds no state but the token and the sign of `ordering`.
 */
@Injectable()
export class DockerHubClient {
  private readonly logger = new Logger('DockerHub');
  private readonly token: AccessToken | null;
  /**
   * Docker Hub's sign is inverted: `last_updated` is newest first (facts.md, sections 1.2 and 10). Docker's own
   * document says the opposite, so every answer is looked at, and the sign that proved right is remembered.
   */
  private ordering: Ordering = 'last_updated';
  private listingOrdering: Ordering = 'last_updated';

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly transport: Transport,
  ) {
    const { dockerHubUsername: identifier, dockerHubToken: secret } = settings;
    this.token =
      identifier === null || secret === null
        ? null
        : new AccessToken({
            logIn: (pay) => this.logIn({ identifier, secret: secret.reveal() }, pay),
            onRejected: (why) => {
              this.logger.warn(
                `Docker Hub refuses the account ${quoted(identifier)} (${why}): asking anonymously for 15 minutes`,
              );
            },
            nowMs: () => performance.now(),
          });
  }

  /** The address of a repository's tags, without a query: `https://hub.docker.com/v2/repositories/library/redis/tags/`. */
  tagsUrl(path: RepositoryPath): string {
    const [namespace, repository] = [path.namespace, path.repository].map(encodeURIComponent);
    return `${this.settings.dockerHubUrl}/v2/repositories/${namespace}/${repository}/tags/`;
  }

  /** The address of a page of a repository's tags, newest first, by its number. */
  tagsPageUrl(path: RepositoryPath, page: number): string {
    return `${this.firstPageUrl(path, this.ordering)}&page=${page}`;
  }

  /** Where a person looks at a tag; always on hub.docker.com, whatever DOCKER_HUB_URL says. */
  tagPageUrl(path: RepositoryPath, tag: string): string {
    const [namespace, repository, name] = [path.namespace, path.repository, tag].map(encodeURIComponent);
    const page = path.namespace === 'library' ? `_/${repository}` : `r/${namespace}/${repository}`;
    return `https://hub.docker.com/${page}/tags?name=${name}`;
  }

  /** Whether the configured Docker account is in use: for the status. `ok` also before its first login. */
  credentialsState(): CredentialsState {
    return this.token === null ? 'none' : this.token.state();
  }

  /**
   * One page of up to 100 tags, newest first. Costs one request; more when a token is due, a redirect comes or
   * the order has to be turned. An `oldest_first` answer is turned on the first page only: on a later one it
   * means that the order changed under way, and the check has to begin anew (`malformed`).
   */
  async readTagPage(path: RepositoryPath, o: { url: string | null; pay: Pay }): Promise<TagPage> {
    if (o.url !== null) {
      const { page, order } = await this.askForPage(
        path,
        this.sameRepository(path, o.url, this.tagsUrl(path)),
        o.pay,
      );
      return inOrder(page, order, o.url);
    }
    const asked = this.ordering;
    const first = this.firstPageUrl(path, asked);
    const { page, order } = await this.askForPage(path, first, o.pay);
    if (order !== 'oldest_first') return inOrder(page, order, first);

    const turned: Ordering = asked === 'last_updated' ? '-last_updated' : 'last_updated';
    const second = this.firstPageUrl(path, turned);
    const again = await this.askForPage(path, second, o.pay);
    const newestFirst = inOrder(again.page, again.order, second);
    this.ordering = turned;
    return newestFirst;
  }

  /** The address of a namespace's repositories, without a query. */
  listingUrl(namespace: string): string {
    return `${this.settings.dockerHubUrl}/v2/namespaces/${encodeURIComponent(namespace)}/repositories`;
  }

  /**
   * One page of up to 100 repositories of a namespace, last pushed first; the same rules as for a page of tags. Rows
   * in no order are `malformed`: whoever reads down to a watermark would miss what stands beneath it.
   */
  async readListingPage(namespace: string, o: { url: string | null; pay: Pay }): Promise<ListingPage> {
    const base = this.listingUrl(namespace);
    const from = o.url === null ? base : this.sameNamespace(namespace, o.url, base);
    const asked = this.listingOrdering;
    const first = o.url === null ? `${base}?page_size=${PAGE_SIZE}&ordering=${asked}` : from;
    const { page, order } = await this.askForListing(namespace, first, o.pay);
    if (order !== 'oldest_first' || o.url !== null) return inOrder(page, order, first);

    const turned: Ordering = asked === 'last_updated' ? '-last_updated' : 'last_updated';
    const second = `${base}?page_size=${PAGE_SIZE}&ordering=${turned}`;
    const again = await this.askForListing(namespace, second, o.pay);
    const newestFirst = inOrder(again.page, again.order, second);
    this.listingOrdering = turned;
    return newestFirst;
  }

  /**
   * One tag as it is now. `timeoutMs` bounds the time on the network, a login that is due apart; the default is
   * DOCKER_HUB_TIMEOUT_MS.
   */
  async readTag(
    path: RepositoryPath,
    tag: string,
    o: { pay: Pay; timeoutMs?: number },
  ): Promise<RegistryTag> {
    const url = this.tagsUrl(path) + encodeURIComponent(tag);
    const answer = await this.ask(url, o.pay, o.timeoutMs ?? this.settings.dockerHubTimeoutMs);
    return parseTag(answer.text, tag, url);
  }

  /** What Docker Hub says of a repository, its tags apart. `timeoutMs` as in {@link readTag}. */
  async readRepository(path: RepositoryPath, o: { pay: Pay; timeoutMs: number }): Promise<RepositoryAnswer> {
    const url = this.tagsUrl(path).replace(/tags\/$/, '');
    const answer = await this.ask(url, o.pay, o.timeoutMs);
    return parseRepository(answer.text, path.repository, url);
  }

  private firstPageUrl(path: RepositoryPath, ordering: Ordering): string {
    return `${this.tagsUrl(path)}?page_size=${PAGE_SIZE}&ordering=${ordering}`;
  }

  private async askForPage(
    path: RepositoryPath,
    url: string,
    pay: Pay,
  ): Promise<{ page: TagPage; order: PageOrder }> {
    const answer = await this.ask(url, pay, this.settings.dockerHubTimeoutMs);
    const { count, tags, next: nextText } = parseTagPage(answer.text, url);
    const next = nextText === null ? null : forward(url, this.sameRepository(path, nextText, url));
    const order = judgeOrder(tags, next !== null);
    const page = {
      count,
      tags: sortNewestFirst(tags),
      next,
      answeredAtMs: answer.answeredAtMs,
      rateLimit: readRateLimit(answer.header, answer.answeredAtMs),
    };
    return { page, order };
  }

  private async askForListing(
    namespace: string,
    url: string,
    pay: Pay,
  ): Promise<{ page: ListingPage; order: PageOrder }> {
    const answer = await this.ask(url, pay, this.settings.dockerHubTimeoutMs);
    const { rows, next: nextText } = parseListingPage(answer.text, url);
    const next = nextText === null ? null : forward(url, this.sameNamespace(namespace, nextText, url));
    const { answeredAtMs, header } = answer;
    const page = { rows, next, answeredAtMs, rateLimit: readRateLimit(header, answeredAtMs) };
    return { page, order: judgeListingOrder(rows) };
  }

  /** token → transport → status: an answer of 200, or an error. */
  private async ask(url: string, pay: Pay, timeoutMs: number): Promise<HubAnswer> {
    const deadline = new Deadline(timeoutMs);
    let token = (await this.token?.current(pay)) ?? null;
    let answer = await this.transport.get(url, { token, pay, deadline });
    if (answer.status === 401 && token !== null && this.token !== null) {
      token = await this.token.renewed(token, pay);
      answer = await this.transport.get(url, { token, pay, deadline });
      if (answer.status === 401 && token !== null) {
        this.token.reject(token);
        answer = await this.transport.get(url, { token: null, pay, deadline });
      }
    }
    return expectOk(answer);
  }

  private async logIn(body: { identifier: string; secret: string }, pay: Pay): Promise<string> {
    const url = `${this.settings.dockerHubUrl}/v2/auth/token`;
    const deadline = new Deadline(this.settings.dockerHubTimeoutMs);
    const answer = expectOk(await this.transport.post(url, body, { pay, deadline }));
    return parseAccessToken(answer.text, url);
  }

  /** The address if it leads to tags of this repository, by either family of paths (facts.md, section 1.1). */
  private sameRepository(path: RepositoryPath, address: string, from: string): string {
    const [namespace, repository] = [path.namespace, path.repository].map(encodeURIComponent);
    return this.onOurOrigin(address, from, [
      `/v2/repositories/${namespace}/${repository}/tags`,
      `/v2/namespaces/${namespace}/repositories/${repository}/tags`,
    ]);
  }

  /** The address if it leads to the listing of this namespace, by either family of paths (facts.md, section 3.1). */
  private sameNamespace(namespace: string, address: string, from: string): string {
    const name = encodeURIComponent(namespace);
    return this.onOurOrigin(address, from, [
      `/v2/namespaces/${name}/repositories`,
      `/v2/repositories/${name}`,
    ]);
  }

  /** Anything but our own origin and the paths we asked for would send the token, and our trust, somewhere else. */
  private onOurOrigin(address: string, from: string, paths: readonly string[]): string {
    const foreign = `Docker Hub's next page ${quoted(redactUrl(address))} leads somewhere else`;
    if (!URL.canParse(address)) throw new DockerHubError({ kind: 'refused', message: foreign, url: from });
    const url = new URL(address);
    const base = new URL(this.settings.dockerHubUrl);
    const root = base.pathname === '/' ? '' : base.pathname;
    const isOurs = url.origin === base.origin && url.username === '' && url.password === '';
    if (!isOurs || !paths.some((path) => root + path === url.pathname.replace(/\/$/, ''))) {
      throw new DockerHubError({ kind: 'refused', message: foreign, url: from });
    }
    url.hash = '';
    return url.href;
  }
}

/** The next address, if it leads on: page numbers must climb, so that no ring of pages is walked for ever. */
function forward(current: string, next: string): string {
  const [from, to] = [current, next].map((url) => new URL(url).searchParams);
  const [fromPage, toPage] = [from, to].map((query) => Number(query?.get('page') ?? 1));
  from?.sort();
  to?.sort();
  // Without a number on both sides only the address itself can tell; `NaN <= 1` is false.
  if (from?.toString() === to?.toString() || (to?.has('page') && Number(toPage) <= Number(fromPage))) {
    throw new DockerHubError({
      kind: 'refused',
      message: "Docker Hub's next page does not lead on",
      url: current,
    });
  }
  return next;
}

function inOrder<Page>(page: Page, order: PageOrder, url: string): Page {
  if (order === 'newest_first') return page;
  const found = order === 'oldest_first' ? 'the oldest first' : 'its rows in no order of time';
  throw new DockerHubError({ kind: 'malformed', message: `Docker Hub lists ${found}`, url, status: 200 });
}

/** An answer of 200, or the error that its status stands for (facts.md, section 1.5; SPEC 5.7). */
function expectOk(answer: HubAnswer): HubAnswer {
  const { status, url } = answer;
  if (status === 200) return answer;
  const said = readErrorMessage(answer.text);
  const because = said === null ? '' : `: ${quoted(said)}`;
  const fail = (
    kind: DockerHubError['kind'],
    sentence: string,
    retryAfterMs: number | null = null,
  ): DockerHubError =>
    new DockerHubError({ kind, message: `${sentence} (${status}${because})`, url, status, retryAfterMs });

  if (status === 404) throw fail('not_found', 'not found on Docker Hub');
  if (status === 429) {
    throw fail(
      'rate_limited',
      'Docker Hub limits our requests',
      readRetryAfterMs(answer.header, answer.answeredAtMs),
    );
  }
  if (status === 403 && said !== null && /pagination|page further/i.test(said)) {
    throw fail('paging_refused', 'Docker Hub refuses to page further');
  }
  if (status === 401 || status === 403) throw fail('unauthorized', 'Docker Hub does not let us read this');
  if (status >= 500 || status === 408 || status === 425)
    throw fail('unavailable', 'Docker Hub is not available');
  if (status >= 400) throw fail('refused', 'Docker Hub refuses the question');
  // 2xx without a page, and redirects without an address.
  throw fail('malformed', 'Docker Hub answered something else than 200');
}
