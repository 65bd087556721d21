// Talks to the gateway: one answer, the stream of changes, and the token that both may need.

const PATH = '/task/function/execution-status/';
const KEY = 'task-status-gateway.token';

// fetch would send Cache-Control: no-cache with cache "no-store", which asks the upstream again. This says nothing.
const NEUTRAL = 'min-fresh=0';

let token = '';
try {
  token = sessionStorage.getItem(KEY) ?? '';
} catch {
  // Storage is off: memory has to do.
}

export function holdsToken() {
  return token !== '';
}

/** Keeps a token for this tab; the empty one forgets. */
export function keepToken(value) {
  token = value;
  try {
    if (value) {
      sessionStorage.setItem(KEY, value);
    } else {
      sessionStorage.removeItem(KEY);
    }
  } catch {
    // As above.
  }
}

export function pathOf(id) {
  return PATH + encodeURIComponent(id).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function headers(more) {
  return token ? { ...more, Authorization: `Bearer ${token}` } : more;
}

/** One plain GET. `refetch` asks the upstream, where what is held is not final. */
export async function ask(id, { refetch = false, signal } = {}) {
  const response = await fetch(pathOf(id), {
    cache: 'no-store',
    credentials: 'same-origin',
    signal,
    headers: headers({ Accept: 'application/json', 'Cache-Control': refetch ? 'no-cache' : NEUTRAL }),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return answerOf(response.status, response.headers, bytes);
}

export function answerOf(status, heads, bytes) {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return { status, headers: heads, bytes, text, at: Date.now() };
}

/** An answer to a request for a stream that is no stream: a problem. */
export class NoStream extends Error {
  constructor(answer) {
    super(`No stream: ${answer.status}`);
    this.answer = answer;
  }
}

/** The events of the stream as `{name, data, id}`, until it ends. */
export async function* follow(id, { lastEventId, signal }) {
  const more = { Accept: 'text/event-stream', 'Cache-Control': NEUTRAL };
  if (lastEventId) {
    more['Last-Event-ID'] = lastEventId;
  }
  const response = await fetch(pathOf(id), { cache: 'no-store', signal, headers: headers(more) });
  if (response.status === 204) {
    return;
  }
  if (!response.ok || !(response.headers.get('Content-Type') ?? '').startsWith('text/event-stream')) {
    const bytes = new Uint8Array(await response.arrayBuffer());
    throw new NoStream(answerOf(response.status, response.headers, bytes));
  }
  yield* events(response.body);
}

/** Server-sent events, as the HTML standard reads them. */
export async function* events(body) {
  let rest = '';
  let event = { name: 'message', data: [], id: '' };
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) {
        return;
      }
      rest += value;
      // A CR at the end of what came may be half of a CRLF.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      for (const line of lines) {
        if (line === '') {
          if (event.data.length > 0) {
            yield { ...event, data: event.data.join('\n') };
          }
          event = { name: 'message', data: [], id: event.id };
        } else {
          take(event, line);
        }
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function take(event, line) {
  const colon = line.indexOf(':');
  const field = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
  if (field === 'event') {
    event.name = value;
  } else if (field === 'data') {
    event.data.push(value);
  } else if (field === 'id') {
    event.id = value;
  }
}

export async function summary(signal) {
  const response = await fetch('/console/summary', { cache: 'no-store', signal });
  if (!response.ok) {
    throw new Error(`The summary answered ${response.status}`);
  }
  return response.json();
}
