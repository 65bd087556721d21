// Shows bytes. JSON is laid out from its text: numbers, escapes and doubled keys stay as they were written.

const SHOWN = 256 * 1024;
const COLOURED = 64 * 1024;
const HEX_SHOWN = 2048;
const WORD = /(-?\d[\d.eE+-]*)|(true|false|null)|([{}[\],:])/y;

/** The tokens of a JSON text, or null where it is none. */
export function tokens(text) {
  const found = [];
  for (let at = 0; ; ) {
    while (' \t\r\n'.includes(text[at]) && at < text.length) {
      at++;
    }
    if (at >= text.length) {
      return found;
    }
    if (text[at] === '"') {
      const end = endOfString(text, at);
      if (end < 0) {
        return null;
      }
      found.push({ kind: 'string', text: text.slice(at, end) });
      at = end;
      continue;
    }
    WORD.lastIndex = at;
    const match = WORD.exec(text);
    if (!match) {
      return null;
    }
    found.push({ kind: match[1] ? 'number' : match[2] ? 'word' : 'mark', text: match[0] });
    at = WORD.lastIndex;
  }
}

function endOfString(text, start) {
  for (let at = start + 1; ; at++) {
    at = text.indexOf('"', at);
    if (at < 0) {
      return -1;
    }
    let escapes = 0;
    while (text[at - 1 - escapes] === '\\') {
      escapes++;
    }
    if (escapes % 2 === 0) {
      return at + 1;
    }
  }
}

/** Laid out with two spaces a level, as pieces `{kind, text}`. */
export function laidOut(text) {
  const found = tokens(text);
  if (!found || found.length === 0) {
    return [{ kind: 'plain', text }];
  }
  const pieces = [];
  let depth = 0;
  const newline = () => pieces.push({ kind: 'space', text: `\n${'  '.repeat(depth)}` });
  found.forEach((token, i) => {
    const next = found[i + 1];
    const empty = next && (token.text === '{' || token.text === '[') && (next.text === '}' || next.text === ']');
    if ((token.text === '}' || token.text === ']') && token.kind === 'mark') {
      depth = Math.max(0, depth - 1);
      const before = found[i - 1];
      if (!before || before.kind !== 'mark' || (before.text !== '{' && before.text !== '[')) {
        newline();
      }
    }
    const isKey = token.kind === 'string' && next?.kind === 'mark' && next.text === ':';
    pieces.push({ kind: isKey ? 'key' : token.kind, text: token.text });
    if (token.kind !== 'mark') {
      return;
    }
    if (token.text === '{' || token.text === '[') {
      depth++;
      if (!empty) {
        newline();
      }
    } else if (token.text === ',') {
      newline();
    } else if (token.text === ':') {
      pieces.push({ kind: 'space', text: ' ' });
    }
  });
  return pieces;
}

export function showPretty(target, text) {
  const cut = text.length > SHOWN;
  const pieces = cut ? [{ kind: 'plain', text: text.slice(0, SHOWN) }] : laidOut(text);
  const shown = document.createDocumentFragment();
  if (text.length > COLOURED) {
    shown.append(pieces.map((piece) => piece.text).join(''));
  } else {
    for (const piece of pieces) {
      shown.append(piece.kind === 'space' || piece.kind === 'plain' ? piece.text : span(piece));
    }
  }
  if (cut) {
    shown.append(`\n… ${(text.length - SHOWN).toLocaleString('en')} more characters`);
  }
  target.replaceChildren(shown);
}

function span({ kind, text }) {
  const element = document.createElement('span');
  element.className = `j-${kind}`;
  element.textContent = text;
  return element;
}

export function showRaw(target, answer, hex) {
  target.classList.toggle('wrapped', !hex);
  if (hex) {
    target.textContent = hexOf(answer.bytes);
    return;
  }
  const cut = answer.text.length > SHOWN;
  target.textContent = cut
    ? `${answer.text.slice(0, SHOWN)}\n… ${(answer.text.length - SHOWN).toLocaleString('en')} more characters`
    : answer.text;
}

function hexOf(bytes) {
  const rows = [];
  for (let at = 0; at < Math.min(bytes.length, HEX_SHOWN); at += 8) {
    const row = [...bytes.subarray(at, at + 8)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const chars = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '·')).join('');
    rows.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(23)}  ${chars}`);
  }
  if (bytes.length > HEX_SHOWN) {
    rows.push(`… ${(bytes.length - HEX_SHOWN).toLocaleString('en')} more bytes`);
  }
  return rows.join('\n');
}

export function sizeOf(count) {
  if (count < 1024) {
    return `${count} bytes`;
  }
  return count < 1024 * 1024 ? `${(count / 1024).toFixed(1)} KiB` : `${(count / 1024 / 1024).toFixed(1)} MiB`;
}
