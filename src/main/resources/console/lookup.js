// The part of the page that follows one id: asks once, then watches until the answer is final.

import { NoStream, answerOf, ask, follow, holdsToken, keepToken, pathOf } from './gateway.js';
import { showPretty, showRaw, sizeOf } from './body.js';
import { explained, problemOf, seconds, statusOf } from './words.js';

const $ = (id) => document.getElementById(id);
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15000;

/** What is followed now; a new one ends the one before. */
let task = { id: '', shown: null, steps: [], ends: new AbortController() };
let hex = false;

export function begin() {
  $('ask').addEventListener('submit', (event) => {
    event.preventDefault();
    submitted(idIn($('id').value));
  });
  $('again').addEventListener('click', () => start(task.id, { refetch: true }));
  $('stop').addEventListener('click', stop);
  $('raw-form').addEventListener('click', toggleHex);
  $('token-form').addEventListener('submit', tokenGiven);
  $('token-forget').addEventListener('click', () => {
    keepToken('');
    $('token-held').hidden = true;
    $('id').focus();
  });
  window.addEventListener('hashchange', fromAddress);
  document.addEventListener('click', copy);
  $('token-held').hidden = !holdsToken();
  fromAddress();
}

/** An id as people paste it: with spaces around it, or as the end of the endpoint's URL. */
export function idIn(typed) {
  const trimmed = typed.trim();
  const url = /^https?:\/\/\S*\/execution-status\/([^/?#\s]+)/.exec(trimmed);
  return url ? decoded(url[1]) : trimmed;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function submitted(id) {
  if (!id) {
    $('id').focus();
    say('Type or paste an execution id first.');
    return;
  }
  const hash = `#${encodeURIComponent(id)}`;
  if (location.hash === hash) {
    start(id);
  } else {
    location.hash = hash;
  }
}

function fromAddress() {
  const id = decoded(location.hash.slice(1));
  if (!id || id === 'main') {
    return;
  }
  $('id').value = id;
  start(id);
}

async function start(id, { refetch = false } = {}) {
  task.ends.abort();
  const same = task.id === id && task.shown !== null;
  task = { id, shown: null, steps: same ? task.steps : [], ends: new AbortController() };
  const mine = task;
  $('result').hidden = false;
  $('result-title').textContent = id;
  document.title = `${id.slice(0, 12)}${id.length > 12 ? '…' : ''} · Task status gateway`;
  $('token-form').hidden = true;
  if (!same) {
    $('answer').hidden = true;
    showStatus({ word: 'Asking…', tone: 'none', meaning: '' });
    showTrail();
  }
  notice('');
  live('');
  showCommands(id);
  await shown(mine, refetch);
}

async function shown(mine, refetch) {
  let answer;
  try {
    answer = await ask(mine.id, { refetch, signal: mine.ends.signal });
  } catch (fault) {
    if (!mine.ends.signal.aborted) {
      unreachable(fault);
    }
    return;
  }
  if (mine !== task) {
    return;
  }
  if (show(answer) === 'open') {
    await watch(mine);
  }
}

/** Watches until the status is final; connects anew where the stream ends before. */
async function watch(mine) {
  const { signal } = mine.ends;
  let pause = FIRST_PAUSE;
  while (!signal.aborted) {
    try {
      live('Live');
      for await (const event of follow(mine.id, { lastEventId: mine.etag, signal })) {
        pause = FIRST_PAUSE;
        notice('');
        const state = await take(mine, event);
        if (state !== 'open') {
          return;
        }
        live('Live');
      }
    } catch (fault) {
      if (signal.aborted) {
        return;
      }
      if (fault instanceof NoStream && !mayPass(fault.answer)) {
        show(fault.answer);
        return;
      }
      const reason = fault instanceof NoStream ? problemOf(fault.answer.status, fault.answer.text).words : 'The connection was lost.';
      notice(`${reason} What is shown is the last that was seen.`);
      say(reason);
    }
    live(`Trying again in ${seconds(Math.round(pause / 1000))}`, true);
    await rest(pause, signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

/** Whether a problem that ended a watch may be gone later. */
function mayPass(answer) {
  return answer.status !== 401 && problemOf(answer.status, answer.text).retryable;
}

/** Takes an event of the stream; 'open' means that the watch goes on. */
async function take(mine, event) {
  if (event.name === 'problem') {
    const problem = problemOf(0, event.data);
    if (!problem.retryable) {
      show(answerOf(JSON.parse(event.data).status, new Headers(), new TextEncoder().encode(event.data)));
      return 'done';
    }
    throw new NoStream(answerOf(503, new Headers(), new TextEncoder().encode(event.data)));
  }
  if (event.name !== 'status' || event.id === mine.etag) {
    return 'open';
  }
  // The stream brings the body alone. Its headers and exact bytes are a hit in memory now.
  const plain = await ask(mine.id, { signal: mine.ends.signal }).catch(() => null);
  if (mine !== task) {
    return 'done';
  }
  const exact = plain?.status === 200 && etagOf(plain) === event.id;
  return show(exact ? plain : answerOf(200, new Headers(), new TextEncoder().encode(event.data)), event.id);
}

function etagOf(answer) {
  return (answer.headers.get('ETag') ?? '').replace(/^W\//, '').replace(/^"|"$/g, '');
}

function rest(millis, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, millis);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}

/** Shows an answer: 'open' where a later one may differ, 'done' where none will. */
function show(answer, etag = etagOf(answer)) {
  task.shown = answer;
  task.etag = etag;
  const good = answer.status === 200;
  const status = good ? statusOf(answer) : problemStatus(answer);
  const state = good && !status.final ? 'open' : 'done';
  showStatus(status);
  step(status.word);
  $('answer').hidden = false;
  $('problem').hidden = good;
  showPretty($('pretty'), answer.text);
  showRaw($('raw'), answer, hex);
  $('size').textContent = sizeOf(answer.bytes.length);
  showHeaders(answer.headers);
  if (state === 'done') {
    live('');
    task.ends.abort();
  }
  say(`${status.word}. ${status.meaning}`);
  if (answer.status === 401) {
    askForToken();
  } else {
    $('token-held').hidden = !holdsToken();
  }
  $('again').textContent = good && status.final ? 'Ask again' : good ? 'Ask the upstream now' : 'Try again';
  return state;
}

function problemStatus(answer) {
  const problem = problemOf(answer.status, answer.text);
  $('problem').replaceChildren(...pairs(problem.facts));
  const tone = problem.retryable ? 'doubt' : 'bad';
  return { word: problem.title, tone, meaning: problem.words, final: true };
}

function showStatus({ word, tone, meaning }) {
  $('status').dataset.tone = tone;
  $('status-word').textContent = word;
  $('meaning').textContent = meaning;
}

function step(word) {
  const { steps } = task;
  if (steps.at(-1)?.word !== word) {
    steps.push({ word, at: Date.now() });
    showTrail();
  }
}

function showTrail() {
  const items = task.steps.slice(-8).map(({ word, at }, i, all) => {
    const item = document.createElement('li');
    const time = document.createElement('time');
    time.dateTime = new Date(at).toISOString();
    time.textContent = CLOCK.format(at);
    item.append(time, ` ${word}`);
    if (i > 0) {
      const after = document.createElement('span');
      after.textContent = ` after ${seconds(Math.round((at - all[i - 1].at) / 1000))}`;
      item.append(after);
    }
    return item;
  });
  $('trail').replaceChildren(...items);
  $('trail').hidden = items.length === 0;
}

function showHeaders(headers) {
  const told = explained(headers);
  const sentences = told.length ? told : ['The event stream brought this change; it carries the body alone.'];
  $('how').replaceChildren(...sentences.map((sentence) => {
    const item = document.createElement('li');
    item.textContent = sentence;
    return item;
  }));
  $('headers').replaceChildren(...pairs([...headers]));
}

function pairs(entries) {
  return entries.flatMap(([name, value]) => {
    const term = document.createElement('dt');
    const description = document.createElement('dd');
    term.textContent = name;
    description.textContent = String(value);
    return [term, description];
  });
}

function showCommands(id) {
  const url = `'${location.origin}${pathOf(id)}'`;
  const token = holdsToken() ? ' -H "Authorization: Bearer $TOKEN"' : '';
  $('curl-once').textContent = `curl -sS${token} ${url}`;
  $('curl-wait').textContent = `curl -sS${token} -H 'Prefer: wait=55' ${url}`;
  $('curl-stream').textContent = `curl -sSN${token} -H 'Accept: text/event-stream' ${url}`;
}

function unreachable(fault) {
  showStatus({ word: 'No answer', tone: 'bad', meaning: 'The gateway can’t be reached from here.' });
  say('The gateway can’t be reached from here.');
  $('again').textContent = 'Try again';
  live('');
  console.info(fault);
}

function stop() {
  task.ends.abort();
  live('');
  notice('No longer watched. What is shown may be out of date.');
  say('No longer watched.');
  $('again').focus();
}

function live(words, troubled = false) {
  $('live').hidden = words === '';
  $('live').classList.toggle('troubled', troubled);
  $('live-words').textContent = words;
  $('stop').hidden = words === '';
}

function notice(words) {
  $('notice').hidden = words === '';
  $('notice').textContent = words;
}

let said = '';
function say(words) {
  if (words !== said) {
    said = words;
    $('announce').textContent = words;
  }
}

function askForToken() {
  const refused = holdsToken();
  keepToken('');
  $('token-held').hidden = true;
  $('token-form').hidden = false;
  $('token-fault').textContent = refused ? 'That token was not accepted.' : '';
  $('token').value = '';
  $('token').focus();
}

function tokenGiven(event) {
  event.preventDefault();
  const given = $('token').value.trim();
  if (!/^[\x21-\x7e]+$/.test(given)) {
    $('token-fault').textContent = 'A token has no spaces and no letters beyond ASCII.';
    $('token').focus();
    return;
  }
  keepToken(given);
  $('again').focus();
  start(task.id);
}

function toggleHex() {
  hex = !hex;
  $('raw-form').setAttribute('aria-pressed', String(hex));
  showRaw($('raw'), task.shown, hex);
}

async function copy(event) {
  const button = event.target.closest?.('[data-copy]');
  if (!button) {
    return;
  }
  const source = $(button.dataset.copy);
  const text = button.dataset.copy === 'raw' && !hex ? task.shown.text : source.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
    say('Copied.');
  } catch {
    // Without https there is no clipboard: selected, it is one key away.
    getSelection().selectAllChildren(source);
    button.textContent = 'Selected';
    say('Selected. Copy it with the keyboard.');
  }
  setTimeout(() => {
    button.textContent = 'Copy';
  }, 1500);
}
