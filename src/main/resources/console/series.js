// From totals to what happened between two of them. Nothing here knows of the page.

export const LENGTH = 150;

/** What happened between two summaries, as rates a second and quantiles; null where they can't be compared. */
export function between(before, after, elapsed) {
  if (!before || elapsed <= 0 || after.uptimeSeconds < before.uptimeSeconds) {
    return null;
  }
  const grown = (now, then) => Math.max(0, (now ?? 0) - (then ?? 0));
  const requests = {};
  for (const [source, count] of Object.entries(after.requests)) {
    requests[source] = grown(count, before.requests[source]) / elapsed;
  }
  const all = Object.values(requests).reduce((sum, rate) => sum + rate, 0);
  const latency = bucketsBetween(before.latency, after.latency);
  return {
    requests,
    rate: all,
    hitRatio: hitRatio(requests),
    avoided: grown(after.callsAvoided, before.callsAvoided) / elapsed,
    attempts: grown(after.upstream.attempts, before.upstream.attempts) / elapsed,
    errors: grown(after.upstream.errors, before.upstream.errors) / elapsed,
    p50: quantile(latency, 0.5),
    p99: quantile(latency, 0.99),
    waiters: after.waiters,
    inFlight: after.upstream.inFlight,
    inLine: after.upstream.waiting,
  };
}

function bucketsBetween(before, after) {
  const then = new Map(before.buckets);
  return {
    count: after.count - before.count,
    buckets: after.buckets.map(([bound, count]) => [bound, count - (then.get(bound) ?? 0)]),
  };
}

/** As Prometheus estimates it: evenly spread within a bucket. Infinite beyond the last one, null where nothing came. */
export function quantile({ count, buckets }, q) {
  if (count <= 0 || buckets.length === 0) {
    return null;
  }
  const rank = q * count;
  let low = 0;
  let below = 0;
  for (const [bound, upTo] of buckets) {
    if (upTo >= rank) {
      return upTo === below ? bound : low + ((bound - low) * (rank - below)) / (upTo - below);
    }
    low = bound;
    below = upTo;
  }
  return Infinity;
}

/** The part that a tier answered; what was refused at the door or failed is no lookup. Null where there was none. */
export function hitRatio(requests) {
  const all = lookups(requests);
  const hits = ['memory', 'store', 'shared'].reduce((sum, source) => sum + (requests[source] ?? 0), 0);
  return all > 0 ? hits / all : null;
}

function lookups(requests) {
  return Object.entries(requests).reduce((sum, [source, count]) => (source === 'none' ? sum : sum + count), 0);
}

/** The mean over the last `count` points that have a value; null where none has. */
export function recent(points, pick, count = 30) {
  const values = points.slice(-count).map((point) => point && pick(point)).filter((value) => Number.isFinite(value));
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
}

/** Hits over requests in the last minute: not the mean of ratios, in which a quiet second would weigh as a busy one. */
export function recentHitRatio(points) {
  const rate = recent(points, (point) => lookups(point.requests));
  const hits = recent(points, (point) => (point.hitRatio ?? 0) * lookups(point.requests));
  return rate ? hits / rate : null;
}

export function number(value) {
  if (value === null || value === undefined) {
    return '–';
  }
  if (value >= 1e6) {
    return `${(value / 1e6).toFixed(1)} M`;
  }
  if (value >= 1e4) {
    return `${(value / 1e3).toFixed(1)} k`;
  }
  return value >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString('en') : value.toFixed(1);
}

export function counted(value, one, many) {
  return `${number(value)} ${value === 1 ? one : many}`;
}

export function duration(value) {
  if (value === null) {
    return '–';
  }
  if (value === Infinity) {
    return 'long';
  }
  if (value < 0.001) {
    return '< 1 ms';
  }
  return value < 1 ? `${(value * 1000).toFixed(value < 0.01 ? 1 : 0)} ms` : `${value.toFixed(value < 10 ? 1 : 0)} s`;
}

export function percent(value) {
  if (value === null) {
    return '–';
  }
  // 99.97 % is not everything.
  return `${value === 1 ? '100' : Math.min(99.9, value * 100).toFixed(1)} %`;
}
