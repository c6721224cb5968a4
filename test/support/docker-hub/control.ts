import type { IncomingMessage, ServerResponse } from 'node:http';
import { textOf, type DockerHubStandIn, type HubOptions, type Match } from './docker-hub.js';
import type { Fault } from './faults.js';
import type { PushOptions } from './world.js';

/**
 * The stand-in's own addresses, for shell scripts and other processes; none of them is counted as a request:
 *
 *     POST /_control/push           {"image": "redis", "tag": "7.5-alpine", "digest"?, "at"?, "platforms"?, …}
 *     POST /_control/push-again     {"image", "tag"}
 *     POST /_control/delete-tag     {"image", "tag"}
 *     POST /_control/remove         {"image"}
 *     POST /_control/private        {"image", "private"}
 *     POST /_control/seed           {"image", "tags"} or {"repositories", "tags", "namespaces"?}
 *     POST /_control/fail           {"fault": 429 | "hang" | …, "times"?, "match"?: {"kind"?, "repository"?, "page"?}}
 *     POST /_control/heal
 *     POST /_control/account        {"identifier", "secret"}
 *     POST /_control/revoke-tokens
 *     POST /_control/options        {"rateLimit"?, "anonymousTagOffset"?, "latencyMs"?, …}
 *     GET or DELETE /_control/requests
 */
export async function answerControl(
  hub: DockerHubStandIn,
  message: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  try {
    const text = await textOf(message);
    const body = (text === '' ? {} : JSON.parse(text)) as Body;
    const action = `${message.method ?? 'GET'} ${url.pathname.slice('/_control/'.length)}`;
    const result = run(hub, action, body);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result ?? {}));
  } catch (error) {
    response.writeHead(400, { 'content-type': 'text/plain' }).end(`${String(error)}\n`);
  }
}

type Body = PushOptions &
  HubOptions &
  Partial<{
    image: string;
    tag: string;
    private: boolean;
    tags: number;
    repositories: number;
    namespaces: string[];
    fault: Fault;
    times: number;
    match: Match;
    identifier: string;
    secret: string;
  }>;

function run(hub: DockerHubStandIn, action: string, body: Body): unknown {
  const { image = '', tag = '' } = body;
  switch (action) {
    case 'POST push': {
      if (!image || !tag) throw new Error('push takes image and tag');
      const { name, digest, lastUpdated } = hub.push(image, tag, body);
      return { name, digest, last_updated: lastUpdated };
    }
    case 'POST push-again':
      return { last_updated: hub.pushAgain(image, tag).lastUpdated };
    case 'POST delete-tag':
      return { deleted: hub.deleteTag(image, tag) };
    case 'POST remove':
      return { removed: hub.removeRepository(image) };
    case 'POST private':
      return hub.setPrivate(image, body.private);
    case 'POST seed':
      return body.repositories === undefined
        ? hub.seedTags(image, { tags: body.tags ?? 10 }).length
        : hub.seedRepositories({
            repositories: body.repositories,
            tags: body.tags ?? 10,
            namespaces: body.namespaces,
          });
    case 'POST fail':
      if (body.fault === undefined) throw new Error('fail takes a fault');
      hub.fail({ fault: body.fault, times: body.times, match: body.match });
      return {};
    case 'POST heal':
      return hub.heal();
    case 'POST account':
      return hub.addAccount(body.identifier ?? '', body.secret ?? '');
    case 'POST revoke-tokens':
      return hub.revokeTokens();
    case 'POST options':
      return void Object.assign(hub.options, body);
    case 'GET requests':
      return hub.requests;
    case 'DELETE requests':
      return hub.forgetRequests();
    default:
      throw new Error(`no such control: ${action}`);
  }
}
