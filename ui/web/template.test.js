// What counts as a hole of a template. Run by `node --test` from `cargo xtask test`.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { gap, holeAt, holes, typedOver } from './template.js';

/** `text` marks the expected code of each hole with `⟦ ⟧`; the marks are taken out before the scan. */
function check(marked) {
  const text = marked.replaceAll(/[⟦⟧]/g, '');
  let shown = '';
  let at = 0;
  for (const hole of holes(text)) {
    shown += `${text.slice(at, hole.from)}⟦${text.slice(hole.from, hole.to)}⟧`;
    at = hole.to;
  }
  assert.equal(shown + text.slice(at), marked);
}

test('plain text has no holes', () => { check(''); check('no holes { here }'); check("don't"); });
test('a hole ends at its own braces', () => { check('Hello {{⟦ $json.name ⟧}}!'); check('{{⟦a⟧}}{{⟦b⟧}}'); check('{{⟦⟧}}'); });
test('braces inside the code belong to it', () => { check('{{⟦ {a: {b: 1}}.a ⟧}}'); check('{{⟦ items.map(x => { return x }) ⟧}}'); });
test('braces inside strings and comments do not count', () => {
  check("{{⟦ '}}' ⟧}}"); check('{{⟦ "\\"}}" ⟧}}'); check('{{⟦ `${a}}}` ⟧}}'); check('{{⟦ /* }} */ 1 ⟧}}');
});
test('a lone quote does not swallow the rest', () => check("{{⟦ it's ⟧}} and {{⟦ b ⟧}}"));
test('a hole that is still being typed reaches to the end', () => { check('a {{⟦ $json.⟧'); assert.equal(holes('a {{ b')[0].closed, false); });
test('offsets are UTF-16', () => { check('😀 {{⟦ "😀" ⟧}}'); assert.equal(holes('😀{{a}}')[0].from, 4); });
test('the edges of a hole are inside it, its braces are not', () => {
  assert.equal(holeAt('a{{b}}c', 3).from, 3);
  assert.equal(holeAt('a{{b}}c', 4).to, 4);
  assert.equal(holeAt('a{{b}}c', 2), null);
  assert.equal(holeAt('a{{b}}c', 6), null);
});

test('what stands already is typed over', () => {
  const type = (text, keys) => {
    let pos = text.indexOf('|');
    text = text.replace('|', '');
    for (const key of keys) {
      const over = typedOver(text, pos, key);
      const changes = over ? over.changes : [{ from: pos, to: pos, insert: key }];
      for (const { from, to, insert } of changes) text = text.slice(0, from) + insert + text.slice(to);
      pos = over ? over.caret : pos + 1;
    }
    return `${text.slice(0, pos)}|${text.slice(pos)}`;
  };
  assert.equal(type('{{ | }}', ' $json.foo + 1 }}'), '{{ $json.foo + 1 }}|');
  assert.equal(type('{{ | }}', '$json.foo}} and'), '{{ $json.foo }} and|');
  assert.equal(type('a {{ b | }} c', '}}'), 'a {{ b }}| c');
  assert.equal(type('{{ a | + b }}', ' '), '{{ a  | + b }}', 'a space within code is a space');
  assert.equal(type('plain |', '}'), 'plain }|');
});

/** `|` is where something is dropped, `^` where it goes. */
function checkGap(marked) {
  const plain = marked.replace('^', '');
  const text = plain.replace('|', '');
  const at = gap(text, plain.indexOf('|'));
  assert.equal(at, marked.replace('|', '').indexOf('^'), marked);
}

test('what is dropped splits no word and no brace', () => {
  checkGap('^He|llo you'); checkGap('Hell|o^ you'); checkGap('Hello|^ you'); checkGap('|^');
  checkGap('{{ ^$js|on.foo }}'); checkGap('{{ $json.fo|o^ + 1 }}'); checkGap('{{ a[0].|b^ }}'); checkGap('{{ a |^+ 1 }}');
  checkGap('{|{^ a }}'); checkGap('{{ a ^}|}');
});
