// The gateway at a glance: polls the summary, draws what happened since the last one.

import { sizeOf } from './body.js';
import { summary } from './gateway.js';
import { LENGTH, between, counted, duration, hitRatio, number, percent, recent, recentHitRatio } from './series.js';
import { seconds } from './words.js';

const INTERVAL = 2000;
/** Points that a chart is wide at first. */
const NARROWEST = 30;
const SOURCES = [
  ['memory', 'memory'],
  ['store', 'store'],
  ['shared', 'shared tier'],
  ['joined', 'joined fetch'],
  ['upstream', 'upstream'],
  ['stale', 'stale Running'],
  ['none', 'refused or failed'],
];

const TILES = [
  {
    id: 'requests',
    title: 'Requests',
    unit: 'a second',
    value: (points) => number(recent(points, (point) => point.rate, 5)),
    note: (now) => `${number(sum(now.requests))} since the start`,
    lines: SOURCES.map(([source, label]) => ({ label, colour: source, pick: (point) => point.requests[source] ?? 0 })),
    stacked: true,
  },
  {
    id: 'hits',
    title: 'Hit ratio',
    unit: 'in the last minute',
    value: (points) => percent(recentHitRatio(points)),
    note: (now) => `${percent(hitRatio(now.requests))} since the start`,
    lines: [{ label: 'hit ratio', colour: 'memory', pick: (point) => point.hitRatio, fill: true }],
    scale: { max: 1 },
    tick: (value) => `${Math.round(value * 100)} %`,
  },
  {
    id: 'upstream',
    title: 'Calls to the upstream',
    unit: 'a second',
    value: (points) => number(recent(points, (point) => point.attempts, 5)),
    note: (now) => `${number(now.callsAvoided)} avoided since the start, ${number(now.upstream.attempts)} made`,
    lines: [
      { label: 'avoided', colour: 'store', pick: (point) => point.avoided, fill: true },
      { label: 'made', colour: 'upstream', pick: (point) => point.attempts },
      { label: 'failed', colour: 'bad', pick: (point) => point.errors },
    ],
  },
  {
    id: 'latency',
    title: 'Time to answer',
    unit: 'half within',
    value: (points) => duration(points.findLast((point) => point?.p50 != null)?.p50 ?? null),
    note: (now, points) => `99 of 100 within ${duration(points.findLast((point) => point?.p99 != null)?.p99 ?? null)}, waits included`,
    lines: [
      { label: 'p50', colour: 'memory', pick: (point) => finite(point.p50) },
      { label: 'p99', colour: 'shared', pick: (point) => finite(point.p99) },
    ],
    // Powers of ten: a hit takes a thousandth of a fetch.
    scale: {
      type: 'logarithmic',
      min: 0.0001,
      suggestedMax: 1,
      afterBuildTicks: (axis) => {
        axis.ticks = [0.0001, 0.001, 0.01, 0.1, 1, 10, 100].filter((value) => value <= axis.max).map((value) => ({ value }));
      },
    },
    tick: (value) => (value < 0.001 ? '0.1 ms' : value < 1 ? `${Math.round(value * 1000)} ms` : `${value} s`),
  },
  {
    id: 'waiting',
    title: 'Waiting now',
    unit: 'for a change',
    value: (points, now) => number(now.waiters),
    note: (now) => `${counted(now.upstream.inFlight, 'fetch', 'fetches')} under way, ${number(now.upstream.waiting)} in line`,
    lines: [
      { label: 'waiters', colour: 'shared', pick: (point) => point.waiters, fill: true },
      { label: 'fetches', colour: 'upstream', pick: (point) => point.inFlight },
      { label: 'in line', colour: 'stale', pick: (point) => point.inLine },
    ],
    precision: 0,
  },
];

let points = [];
let before = null;
let paused = false;
let failures = 0;
const charts = new Map();

export function begin() {
  document.getElementById('tiles').append(...TILES.map(tile), stateTile());
  drawAll();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  document.getElementById('pause').addEventListener('click', (event) => {
    paused = !paused;
    event.target.setAttribute('aria-pressed', String(paused));
    note();
  });
  poll();
}

async function poll() {
  if (!paused && !document.hidden) {
    try {
      const now = await summary(AbortSignal.timeout(INTERVAL * 2));
      now.at = performance.now();
      failures = 0;
      points = [...points, between(before, now, before ? (now.at - before.at) / 1000 : 0)].slice(-LENGTH);
      before = now;
      showAll(now);
    } catch {
      failures++;
      points = [...points, null].slice(-LENGTH);
      before = null;
    }
    note();
  }
  setTimeout(poll, INTERVAL);
}

function note() {
  const element = document.getElementById('glance-note');
  element.classList.toggle('troubled', failures > 0 && !paused);
  element.textContent = paused
    ? 'Paused'
    : failures > 0
      ? 'The gateway gives no totals just now'
      : 'The last five minutes, every two seconds';
}

function tile({ id, title, unit, lines }) {
  const element = document.createElement('section');
  element.className = 'card tile';
  element.setAttribute('aria-labelledby', `tile-${id}`);
  element.append(
    make('h3', { id: `tile-${id}`, textContent: title }),
    make('p', { className: 'figure' }, make('strong', { id: `value-${id}`, textContent: '–' }), make('span', { textContent: unit })),
    make('p', { className: 'hint', id: `note-${id}`, textContent: '\u00a0' }),
    make('div', { className: 'chart' }, make('canvas', { id: `chart-${id}`, role: 'img' })),
  );
  if (lines.length > 1) {
    element.append(legend(lines));
  }
  return element;
}

function legend(lines) {
  return make('ul', { className: 'legend' }, ...lines.map(({ label, colour }) =>
    make('li', {}, make('span', { className: `swatch ${colour}`, ariaHidden: 'true' }), label)));
}

function stateTile() {
  const rows = [['circuit', 'Circuit'], ['pause', 'Asked to pause'], ['store', 'Durable store'], ['memory', 'Held in memory']];
  return make('section', { className: 'card tile state' },
    make('h3', { textContent: 'State' }),
    make('dl', {}, ...rows.flatMap(([id, label]) => [make('dt', { textContent: label }), make('dd', { id: `state-${id}`, textContent: '–' })])));
}

function make(name, properties, ...children) {
  const element = document.createElement(name);
  Object.assign(element, properties);
  element.append(...children);
  return element;
}

function showAll(now) {
  for (const { id, value, note: words, lines } of TILES) {
    const shown = value(points, now);
    document.getElementById(`value-${id}`).textContent = shown;
    document.getElementById(`note-${id}`).textContent = words(now, points);
    const last = points.at(-1);
    document.getElementById(`chart-${id}`).ariaLabel = last
      ? `Chart of the last five minutes. Now: ${lines.map(({ label, pick }) => `${label} ${number(pick(last) ?? null)}`).join(', ')}.`
      : 'Chart of the last five minutes. Nothing yet.';
    draw(id, lines);
  }
  state('circuit', now.upstream.circuitOpen === null ? null : now.upstream.circuitOpen ? 'Open: the upstream rests' : 'Closed', now.upstream.circuitOpen === true);
  state('pause', now.upstream.paused === null ? null : now.upstream.paused ? 'Yes, by the upstream' : 'No', now.upstream.paused === true);
  state('store', now.store.up === null ? 'None' : now.store.up ? `Up, ${counted(now.store.entries, 'result', 'results')}` : 'Down', now.store.up === false);
  state('memory', now.memory.entries === null ? null : `${counted(now.memory.entries, 'id', 'ids')}, ${sizeOf(now.memory.bytes ?? 0)}`, false);
  document.getElementById('facts').textContent = [now.version && `Version ${now.version}`, now.runtime, `up ${seconds(now.uptimeSeconds)}`].filter(Boolean).join(' · ');
  totals(now);
}

function state(id, words, troubled) {
  const element = document.getElementById(`state-${id}`);
  element.textContent = words ?? '–';
  element.classList.toggle('troubled', troubled);
}

function totals(now) {
  const table = (caption, counts) => make('table', {},
    make('caption', { textContent: caption }),
    make('tbody', {}, ...Object.entries(counts).map(([name, count]) =>
      make('tr', {}, make('th', { scope: 'row', textContent: name }), make('td', { textContent: count.toLocaleString('en') })))));
  document.getElementById('totals').replaceChildren(
    table('Requests by source', now.requests), table('Requests by outcome', now.outcomes), table('Upstream attempts by outcome', now.upstream.outcomes));
}

function drawAll() {
  charts.forEach((chart) => chart.destroy());
  charts.clear();
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const font = { size: 11, family: getComputedStyle(document.body).fontFamily };
  for (const { id, lines, stacked = false, tick = number, scale = {}, precision } of TILES) {
    charts.set(id, new Chart(document.getElementById(`chart-${id}`), {
      type: 'line',
      data: {
        datasets: lines.map(({ label, colour: name, fill = false }) => ({
          label,
          data: [],
          borderColor: colour(name),
          backgroundColor: `${colour(name)}${stacked ? '59' : '26'}`,
          borderWidth: 1.5,
          fill: stacked ? 'stack' : fill,
          pointRadius: 0,
          pointHitRadius: 6,
          tension: 0,
        })),
      },
      options: {
        animation: false,
        parsing: false,
        normalized: true,
        maintainAspectRatio: false,
        events: [],
        layout: { padding: { top: 4 } },
        plugins: { legend: { display: false }, tooltip: { enabled: false } },
        scales: {
          x: { display: false, type: 'linear', max: LENGTH - 1 },
          y: {
            stacked,
            min: 0,
            suggestedMax: 1,
            border: { display: false },
            grid: { color: colour('line'), drawTicks: false },
            ticks: { color: colour('ink-soft'), maxTicksLimit: 3, precision, padding: 6, font, callback: tick },
            ...scale,
          },
        },
      },
    }));
    draw(id, lines);
  }
}

function draw(id, lines) {
  const chart = charts.get(id);
  const first = LENGTH - points.length;
  lines.forEach(({ pick }, i) => {
    chart.data.datasets[i].data = points.map((point, at) => ({ x: first + at, y: point ? (pick(point) ?? NaN) : NaN }));
  });
  chart.options.scales.x.min = LENGTH - Math.max(NARROWEST, points.length);
  chart.update('none');
}

function finite(value) {
  return Number.isFinite(value) ? value : null;
}

function sum(counts) {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}
