import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';

/**
 * A page that nobody watches. A page of Playwright's has its network watched, for which Chromium notes where in the
 * script each request came from; for that it reads the whole script once more, 60 ms for the console's, in the midst of
 * what is to be measured. Here nothing is switched on; times are taken by the page itself.
 */
export interface BarePage {
  /** Loads an address and waits for nothing. */
  goTo(url: string): Promise<void>;
  /** Runs `script` in every page that is loaded, before anything of its own. */
  runFirst(script: () => void): Promise<void>;
  /** The value that `script` gives in the page; it sees its argument, which is sent as JSON, and nothing else from here. */
  evaluate<Value, Given = undefined>(script: (given: Given) => Value, given?: Given): Promise<Awaited<Value>>;
  /** Asks until it is so, at most half a minute; the page is left alone in between. */
  waitFor(isSo: () => boolean): Promise<void>;
  /** One key, down and up: a character, or "Escape". */
  press(key: string): Promise<void>;
  /** A command of the DevTools protocol. */
  send(method: string, params?: object): Promise<unknown>;
  close(): Promise<void>;
}

const ASK_EVERY_MS = 30;
const WAIT_MS = 30_000;

interface Answer {
  id: number;
  result?: unknown;
  error?: { message: string };
}

/** In a context of its own, 1440 × 900. Playwright leaves it alone, since it has not made the context. */
export async function openBarePage(browser: Browser): Promise<BarePage> {
  const cdp = await browser.newBrowserCDPSession();
  const { browserContextId } = await cdp.send('Target.createBrowserContext');
  const { targetId } = await cdp.send('Target.createTarget', {
    url: 'about:blank',
    browserContextId,
    width: 1440,
    height: 900,
  });
  // Not flattened: a flattened session's answers would go to Playwright, which knows no such session.
  const { sessionId } = await cdp.send('Target.attachToTarget', { targetId, flatten: false });
  const waiting = new Map<number, (answer: Answer) => void>();
  cdp.on('Target.receivedMessageFromTarget', ({ message }) => {
    const answer = JSON.parse(message) as Answer;
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  let lastId = 0;
  const send = async (method: string, params: object = {}): Promise<unknown> => {
    const id = ++lastId;
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    await cdp.send('Target.sendMessageToTarget', {
      sessionId,
      message: JSON.stringify({ id, method, params }),
    });
    const { result, error } = await answered;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  };

  const evaluate: BarePage['evaluate'] = async (script, given) => {
    const expression = `(${script.toString()})(${JSON.stringify(given) ?? ''})`;
    const { result, exceptionDetails } = (await send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })) as {
      result: { value?: unknown };
      exceptionDetails?: { text: string; exception?: { description?: string } };
    };
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as never;
  };

  return {
    goTo: async (url) => {
      await send('Page.navigate', { url });
    },
    runFirst: async (script) => {
      await send('Page.enable');
      await send('Page.addScriptToEvaluateOnNewDocument', { source: `(${script.toString()})()` });
    },
    evaluate,
    waitFor: async (isSo) => {
      const until = Date.now() + WAIT_MS;
      while (!(await evaluate(isSo))) {
        if (Date.now() > until) throw new Error(`This did not come about: ${isSo.toString()}`);
        await sleep(ASK_EVERY_MS);
      }
    },
    press: async (key) => {
      const typed = key.length === 1 ? { text: key } : {};
      await send('Input.dispatchKeyEvent', { type: 'keyDown', key, ...typed });
      await send('Input.dispatchKeyEvent', { type: 'keyUp', key });
    },
    send,
    close: async () => {
      await cdp.send('Target.closeTarget', { targetId });
      await cdp.send('Target.disposeBrowserContext', { browserContextId });
      await cdp.detach();
    },
  };
}
