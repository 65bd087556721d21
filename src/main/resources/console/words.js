// What statuses, headers and problems mean, in plain words.

const STATUSES = {
  Success: { tone: 'good', meaning: 'All nodes agree on the result. It is final.' },
  Running: { tone: 'busy', meaning: 'Still being executed.' },
  Indeterminate: {
    tone: 'doubt',
    meaning: 'The nodes reached no consensus: they were too slow, differed, or too few answered. This is final.',
  },
  Error: { tone: 'bad', meaning: 'The execution failed. This is final.' },
};

/** The status that an answer tells: its word, tone and meaning, and whether it is final. */
export function statusOf(answer) {
  let word;
  try {
    word = JSON.parse(answer.text)?.verificationStatus;
  } catch {
    word = undefined;
  }
  const known = typeof word === 'string' && Object.hasOwn(STATUSES, word) ? STATUSES[word] : undefined;
  // What is not final says when to ask again, whatever its body seems to say.
  const open = answer.headers?.has('Retry-After') ?? false;
  if (!known || (open && word !== 'Running')) {
    const meaning =
      typeof word === 'string'
        ? `The upstream says “${word.slice(0, 40)}”, which is none of the four known statuses. It is watched on.`
        : 'The upstream names no status. It is watched on.';
    return { word: 'Unknown', tone: 'none', meaning, final: false };
  }
  return { word, ...known, final: word !== 'Running' };
}

/** The items of a structured field's first member as a map: `a; hit; ttl=3` is `hit: true, ttl: "3"`. */
export function cacheStatusOf(value) {
  const items = new Map();
  for (const part of (value ?? '').split(';').slice(1)) {
    const [key, ...rest] = part.trim().split('=');
    items.set(key, rest.length ? rest.join('=').replace(/^"|"$/g, '') : true);
  }
  return items;
}

const TIERS = {
  memory: 'From memory. The upstream was not asked.',
  store: 'From the durable store. The upstream was not asked.',
  shared: 'From the tier that all replicas share. The upstream was not asked.',
};

const WHY = {
  'uri-miss': 'nothing was held of it',
  stale: 'what was held was no longer fresh',
  request: 'this request wanted a new answer',
};

/** How an answer came about, as sentences. */
export function explained(headers) {
  const cache = cacheStatusOf(headers.get('Cache-Status'));
  const sentences = [sourceIn(cache)];
  const age = Number(headers.get('Age'));
  if (headers.has('Age')) {
    sentences.push(age === 0 ? 'The upstream gave it just now.' : `The upstream gave it ${seconds(age)} ago.`);
  }
  const ttl = Number(cache.get('ttl'));
  if (cache.has('ttl') && ttl > 0) {
    sentences.push(`It counts as fresh for another ${seconds(ttl)}.`);
  }
  sentences.push(...keepingIn(headers.get('Cache-Control') ?? ''));
  if (headers.has('Retry-After')) {
    sentences.push(`Asking again is worth it in ${seconds(Number(headers.get('Retry-After')))}.`);
  }
  if (headers.has('ETag')) {
    sentences.push('Its ETag is the fingerprint of exactly these bytes: sent back, it saves sending them again.');
  }
  return sentences.filter(Boolean);
}

function sourceIn(cache) {
  if (cache.get('detail') === 'stale-if-error') {
    return 'The upstream could not give a new answer, so its last Running stands in for a while.';
  }
  if (cache.has('hit')) {
    return TIERS[cache.get('detail')] ?? 'From what the gateway holds. The upstream was not asked.';
  }
  if (cache.has('fwd')) {
    const why = WHY[cache.get('fwd')] ?? 'it had to be';
    const joined = cache.has('collapsed') ? ' This request joined a fetch that another had started.' : '';
    const kept = cache.has('stored') ? ' The answer was kept.' : '';
    return `The upstream was asked, for ${why}.${joined}${kept}`;
  }
  return '';
}

function keepingIn(control) {
  if (/\bimmutable\b/.test(control)) {
    return ['It never changes: a client may keep it for a year and need not ask again.'];
  }
  if (/\bno-store\b/.test(control)) {
    return ['A client keeps no copy of this answer.'];
  }
  return /\bno-cache\b/.test(control) ? ['A client may keep it, but has to ask whether it still holds.'] : [];
}

const PROBLEMS = {
  execution_not_found: 'The upstream knows no task with this id. If it was only just started, it may appear in a moment.',
  invalid_execution_id: 'This can’t be an execution id: those have 1 to 128 characters, of letters, digits and . _ ~ - alone.',
  route_not_found: 'There is nothing at the address that this id leads to.',
  unauthorized: 'The gateway wants a token it knows.',
  rate_limited: 'Too many requests came from here. Wait a little.',
  upstream_rejected: 'The upstream refused this request.',
  upstream_auth: 'The upstream does not accept the gateway’s own credentials. Whoever runs the gateway has to mend that.',
  upstream_payment_required: 'The upstream asks the gateway for payment. Whoever runs the gateway has to see to that.',
  upstream_rate_limited: 'The upstream asked for fewer requests, so the gateway leaves it alone for a while.',
  upstream_unavailable: 'The upstream says that it is not available just now.',
  upstream_error: 'The upstream failed to answer.',
  upstream_redirect: 'The upstream pointed elsewhere. The gateway never goes where it is sent.',
  upstream_unexpected_status: 'The upstream answered in a way its description does not have.',
  upstream_invalid_body: 'The upstream’s answer was no complete JSON object.',
  upstream_identity_mismatch: 'The upstream answered for another task. That answer was thrown away.',
  upstream_body_too_large: 'The upstream’s answer is larger than the gateway takes.',
  upstream_timeout: 'The upstream took too long.',
  upstream_unreachable: 'The upstream can’t be reached.',
  upstream_tls: 'The upstream’s certificate is not valid, so nothing was sent.',
  circuit_open: 'The upstream failed too often in a row. The gateway gives it a rest of some seconds.',
  overloaded: 'The gateway has too much to do at this moment.',
  shutting_down: 'This gateway is being stopped. Another one may answer in a moment.',
  not_cached: 'The gateway holds nothing of it, and was told not to ask.',
  internal_error: 'The gateway itself failed. Its log says why.',
};

/** A problem document in words; `document` is null where the body is none. */
export function problemOf(status, text) {
  let document = null;
  try {
    document = JSON.parse(text);
  } catch {
    document = null;
  }
  if (document === null || typeof document !== 'object') {
    document = {};
  }
  const code = typeof document.code === 'string' ? document.code : '';
  const retryable = document.retryable === true;
  return {
    title: typeof document.title === 'string' ? document.title : `HTTP ${status}`,
    words: PROBLEMS[code] ?? document.detail ?? 'The gateway gave no reason.',
    retryable,
    facts: [
      ['Code', code],
      ['HTTP status', String(document.status ?? status)],
      ['The upstream’s status', document.upstreamStatus],
      ['In its own words', document.detail],
      ['Worth another try', retryable ? 'Yes' : 'No, not as it is'],
      ['Trace', document.traceId],
    ].filter(([, value]) => value !== undefined && value !== ''),
  };
}

export function seconds(count) {
  if (!Number.isFinite(count)) {
    return 'some time';
  }
  if (count < 60) {
    return count === 1 ? '1 second' : `${count} seconds`;
  }
  const units = [['day', 86400], ['hour', 3600], ['minute', 60]];
  const [unit, size] = units.find(([, length]) => count >= length);
  const whole = Math.floor(count / size);
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`;
}
