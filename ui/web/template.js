// Where the `{{ … }}` holes of a template are, so that the editor can colour and complete inside them.
//
// Knows strings, template literals, comments and nested braces just well enough to find the closing `}}`; it does not
// parse JavaScript, and the program that evaluates expressions has a parser of its own.

/**
 * The holes of `text` in order. `from`/`to` cover the code between the braces (UTF-16 offsets); `open` is where `{{`
 * starts; `closed` is false for a last hole that is still being typed.
 */
export function holes(text) {
  const found = [];
  let at = 0;
  for (;;) {
    const open = text.indexOf('{{', at);
    if (open < 0) return found;
    const from = open + 2;
    const end = close(text, from);
    if (end < 0) {
      found.push({ open, from, to: text.length, closed: false });
      return found;
    }
    found.push({ open, from, to: end, closed: true });
    at = end + 2;
  }
}

/** The hole that `pos` is in, its edges included, or `null` when `pos` is in plain text. */
export function holeAt(text, pos) {
  return holes(text).find((hole) => pos >= hole.from && pos <= hole.to) ?? null;
}

/**
 * What becomes of `typed` at `pos` where a space or brace that was put in with the hole stands already: the change and the
 * caret after it. `null` where it is to be typed as usual.
 */
export function typedOver(text, pos, typed) {
  const hole = holes(text).find((hole) => hole.closed && pos >= hole.from && pos <= hole.to + 1);
  if (!hole) return null;
  if (typed === ' ') {
    const fresh = text.slice(hole.from, hole.to) === '  ' && pos === hole.from + 1;
    return fresh ? { changes: [], caret: pos } : null;
  }
  if (typed !== '}') return null;
  if (pos === hole.to + 1) return { changes: [], caret: pos + 1 };
  const rest = text.slice(pos, hole.to);
  if (rest.trim()) return null;
  const insert = rest && !/\s/.test(text[pos - 1]) ? ' ' : '';
  return { changes: [{ from: pos, to: hole.to, insert }], caret: pos + insert.length + 1 };
}

/** The place nearest to `pos` that is inside no word, path (`$json.a[0]`) or brace pair: what is put there splits nothing. */
export function gap(text, pos) {
  for (const hole of holes(text)) {
    const end = hole.closed ? hole.to + 2 : hole.to;
    if (pos > hole.open && pos < hole.from) return pos - hole.open < hole.from - pos ? hole.open : hole.from;
    if (hole.closed && pos > hole.to && pos < end) return hole.to;
  }
  const inside = holeAt(text, pos);
  const [low, high] = inside ? [inside.from, inside.to] : [0, text.length];
  const joins = inside ? /[\w$.[\]\u00aa-\uffff]/ : /[\w\u00aa-\uffff]/;
  const word = (at) => at >= low && at < high && joins.test(text[at]);
  if (!word(pos - 1) || !word(pos)) return pos;
  let before = pos;
  while (word(before - 1)) before--;
  let after = pos;
  while (word(after)) after++;
  return pos - before <= after - pos ? before : after;
}

/** Where the `}}` that ends code starting at `from` is, or -1. */
function close(text, from) {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (c === "'" || c === '"' || c === '`') {
      const end = quoted(text, i);
      // A quote that never ends is more likely an apostrophe or half-typed text than a string to the end of the field.
      if (end >= 0) i = end;
    } else if (c === '/' && text[i + 1] === '*') {
      const end = text.indexOf('*/', i + 2);
      if (end >= 0) i = end + 1;
    } else if (c === '{') {
      depth++;
    } else if (c === '}') {
      if (depth > 0) depth--;
      else if (text[i + 1] === '}') return i;
    }
  }
  return -1;
}

/** Where the string that starts at `start` ends (its closing quote), or -1. */
function quoted(text, start) {
  const quote = text[start];
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote) return i;
    else if (text[i] === '\n' && quote !== '`') return -1;
  }
  return -1;
}
