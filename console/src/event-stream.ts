/** One event as it came; `id` says how far the reader is. */
export interface StreamEvent {
  readonly name: string;
  readonly data: Record<string, unknown>;
  readonly id: string | null;
}

/** `missing`: this service has no stream. `signed-out`: nobody is signed in. `failed`: it never came to a stream. */
export type StreamEnd = 'missing' | 'signed-out' | 'failed' | 'cut' | 'closed';

/**
 * Reads the stream to its end. By hand, since EventSource cannot say 404 or 401 and forgets its last id when it is
 * closed on purpose.
 */
export async function readStream(
  address: string,
  lastId: string,
  signal: AbortSignal,
  on: { open(): void; event(event: StreamEvent): void },
): Promise<StreamEnd> {
  let isOpen = false;
  try {
    const answer = await fetch(address, {
      signal,
      headers: { accept: 'text/event-stream', ...(lastId === '' ? {} : { 'last-event-id': lastId }) },
    });
    if (answer.status === 404) return 'missing';
    if (answer.status === 401) return 'signed-out';
    if (!answer.ok || !answer.body) return 'failed';
    isOpen = true;
    on.open();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return 'cut';
      const blocks = (text + value).split(/\r?\n\r?\n/);
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = eventOf(block);
        if (event) on.event(event);
      }
    }
  } catch {
    return signal.aborted ? 'closed' : isOpen ? 'cut' : 'failed';
  }
}

/** One block of the stream; null: a comment, or nothing that can be read. */
export function eventOf(block: string): StreamEvent | null {
  let name = 'message';
  let data = '';
  let id: string | null = null;
  for (const line of block.split(/\r?\n/)) {
    const [field = '', ...rest] = line.split(':');
    const value = rest.join(':').replace(/^ /, '');
    if (field === 'event') name = value;
    else if (field === 'data') data += value;
    else if (field === 'id') id = value;
  }
  if (data === '') return null;
  try {
    const parsed: unknown = JSON.parse(data);
    const isObject = typeof parsed === 'object' && parsed !== null;
    return { name, data: isObject ? (parsed as Record<string, unknown>) : {}, id };
  } catch {
    return null;
  }
}
