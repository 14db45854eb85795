// The code and expression field: a small face over CodeMirror 6, bundled into one module and called from the wasm.
//
// Holds one field's text, selection and undo. It does not know workflows, evaluate anything or talk to the backend:
// what was typed goes out by `onChange`, completions come in by `complete`. Offsets are UTF-16 units everywhere.
// Every colour and font is a `--rr-*` variable, so a theme reaches the editor without a call.

import { autocompletion, closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { json } from '@codemirror/lang-json';
import { markdown } from '@codemirror/lang-markdown';
import { python } from '@codemirror/lang-python';
import { sql } from '@codemirror/lang-sql';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Annotation, Compartment, EditorSelection, EditorState, Prec, Transaction } from '@codemirror/state';
import { drawSelection, dropCursor, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers, placeholder, tooltips } from '@codemirror/view';
import { template } from './editor-template.js';
import { highlight, theme } from './editor-theme.js';
import { gap, holeAt } from './template.js';

const languages = { javascript, json, markdown, python, sql };

/** Marks a change that did not come from this field's own person, so that it is neither echoed nor undone here. */
const remote = Annotation.define();

/**
 * Puts an editor into `parent` and returns its handle, which every other function takes first.
 *
 * Options, all but `doc` optional:
 * - `doc`: the text; `language`: `javascript`, `json`, `markdown`, `python`, `sql`, or none for plain text
 * - `expression`: colour and complete JavaScript inside `{{ }}` only
 * - `singleLine`: no line breaks; Enter calls `onEnter`
 * - `readOnly`, `dark`, `placeholder`, `label` (the field's name for a screen reader)
 * - `onChange(changes, text)`: `changes` is `[{ from, to, insert }]`, all in offsets of the text *before* the change, in order
 * - `onFocus()`, `onBlur()`, `onEnter()`: also before a chord of the program, such as Ctrl+Enter
 * - `complete(text, pos)`: resolves to `[{ label, detail?, apply?, type?, info?, from? }]`; `from` defaults to the start of the word at `pos`
 */
export function create(parent, options) {
  const parts = { readOnly: new Compartment(), dark: new Compartment() };
  const state = EditorState.create({ doc: options.doc ?? '', extensions: extensions(parent, options, parts) });
  return { view: new EditorView({ state, parent }), parts };
}

/** Replaces the whole text, as one remote change over the part that differs: the caret stays where it was. */
export function setText(handle, text) {
  const before = handle.view.state.doc.toString();
  if (before === text) return;
  let head = 0;
  const shorter = Math.min(before.length, text.length);
  while (head < shorter && before[head] === text[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === text[text.length - 1 - tail]) tail++;
  applyChanges(handle, [{ from: head, to: before.length - tail, insert: text.slice(head, text.length - tail) }]);
}

/** Applies somebody else's changes, given like `onChange` gives them. They are not echoed and not in this field's undo. */
export function applyChanges(handle, changes) {
  handle.view.dispatch({ changes, annotations: [remote.of(true), Transaction.addToHistory.of(false)] });
}

/** The text as it is now. */
export function text(handle) {
  return handle.view.state.doc.toString();
}

export function setReadOnly(handle, readOnly) {
  handle.view.dispatch({ effects: handle.parts.readOnly.reconfigure(readOnlyExtension(readOnly)) });
}

/** Tells the editor which of the two themes is on; the colours themselves come from the variables. */
export function setDark(handle, dark) {
  handle.view.dispatch({ effects: handle.parts.dark.reconfigure(EditorView.theme({}, { dark })) });
}

export function focus(handle) {
  handle.view.focus();
}

/** Takes the editor off the page. The handle is of no use afterwards. */
export function destroy(handle) {
  handle.view.destroy();
}

/**
 * Inserts `code` at the place under the page point `x`, `y` (a drop; no word is split), or at the caret when they are not
 * numbers. Inside a hole it is kept apart from words beside it; outside, `text` goes in instead.
 */
export function insertAt(handle, code, text, x, y) {
  const { view } = handle;
  const given = Number.isFinite(x) && Number.isFinite(y);
  const { from, to } = view.state.selection.main;
  const at = given ? dropPlace(view, x, y) : from;
  const end = given ? at : to;
  const all = view.state.doc.toString();
  const insert = holeAt(all, at) ? apart(all, at, end, code) : text;
  view.dispatch({
    changes: { from: at, to: end, insert },
    selection: EditorSelection.cursor(at + insert.length),
    scrollIntoView: true,
    userEvent: 'input.drop',
  });
  view.focus();
}

/** Moves the caret to `pos`. */
export function setCaret(handle, pos) {
  const { view } = handle;
  view.dispatch({ selection: EditorSelection.cursor(Math.min(pos, view.state.doc.length)), scrollIntoView: true });
}

/** The place under a page point, moved off a word or brace that it would split. */
function dropPlace(view, x, y) {
  return gap(view.state.doc.toString(), view.posAtCoords({ x, y }, false));
}

/** `insert` with a space where it would run into a word beside it. */
function apart(text, from, to, insert) {
  const before = /[\w$)\]]/.test(text[from - 1] ?? '') && /^[\w$]/.test(insert) ? ' ' : '';
  const after = /[\w$]/.test(text[to] ?? '') && /[\w$)\]]$/.test(insert) ? ' ' : '';
  return before + insert + after;
}

/** Underlines `from`..`to` as wrong with `message`, in place of an earlier mark. Offsets past the end are clamped. */
export function markError(handle, from, to, message) {
  const { state } = handle.view;
  const end = state.doc.length;
  const start = Math.max(0, Math.min(from, end));
  const diagnostic = { from: start, to: Math.max(start, Math.min(to, end)), severity: 'error', message };
  handle.view.dispatch(setDiagnostics(state, [diagnostic]));
}

/** Takes the mark of `markError` away. */
export function clearErrors(handle) {
  handle.view.dispatch(setDiagnostics(handle.view.state, []));
}

function extensions(parent, options, parts) {
  const language = languages[options.language];
  const block = Boolean(language) && !options.expression && !options.singleLine;
  return [
    Prec.high(keymap.of(ownKeys(options))),
    history(),
    drawSelection(),
    dropCursor(),
    highlightSpecialChars(),
    bracketMatching(),
    closeBrackets(),
    indentUnit.of('  '),
    EditorState.tabSize.of(2),
    theme,
    syntaxHighlighting(highlight),
    tooltips({ position: 'fixed', parent: parent.closest('dialog') ?? document.body }),
    keymap.of([...closeBracketsKeymap, ...editingKeys, ...historyKeymap, ...lintKeymap]),
    options.expression ? template() : [],
    language && !options.expression ? language() : [],
    block ? blockExtensions() : EditorView.lineWrapping,
    options.singleLine ? oneLine : [],
    options.placeholder ? placeholder(options.placeholder) : [],
    EditorView.contentAttributes.of(attributes(options)),
    options.complete ? autocompletion({ override: [source(options)], activateOnTyping: true, icons: false }) : [],
    parts.readOnly.of(readOnlyExtension(options.readOnly)),
    parts.dark.of(EditorView.theme({}, { dark: Boolean(options.dark) })),
    listener(options),
  ];
}

/** What a script or query has beyond a field: line numbers, folding, search, indentation by Tab (Escape, then Tab leaves). */
function blockExtensions() {
  return [
    lineNumbers(), foldGutter(), lintGutter(), highlightActiveLine(), highlightActiveLineGutter(), highlightSelectionMatches(),
    indentOnInput(), search({ top: true }), keymap.of([...searchKeymap, ...foldKeymap, indentWithTab]),
  ];
}

/** What a screen reader is told. */
function attributes({ label, singleLine }) {
  return { ...(label ? { 'aria-label': label } : {}), ...(singleLine ? { 'aria-multiline': 'false' } : {}) };
}

/** Chords of the whole program: the text goes out first, and the chord goes on to the page. */
const PROGRAM_KEYS = ['Mod-Enter', 'Mod-Shift-Enter', 'Mod-Alt-Enter', 'Mod-s', 'Mod-k', 'Mod-Shift-p'];

/** The editor's own meaning of what the program needs goes; deleting a line keeps its key. */
const editingKeys = defaultKeymap.filter(({ key }) => !PROGRAM_KEYS.includes(key));

function ownKeys(options) {
  const out = (done) => () => { options.onEnter?.(); return done; };
  const enter = options.singleLine ? [{ key: 'Enter', run: out(true) }] : [];
  return [...enter, ...PROGRAM_KEYS.map((key) => ({ key, run: out(false) }))];
}

/** Keeps a field to one line: whatever brings line breaks (a paste, a drop) gets spaces in their place. */
const oneLine = EditorState.transactionFilter.of((transaction) => {
  if (!transaction.docChanged || transaction.newDoc.lines === 1 || transaction.annotation(remote)) return transaction;
  const changes = [];
  let caret = 0;
  let shift = 0;
  transaction.changes.iterChanges((from, to, _fromB, _toB, inserted) => {
    const insert = inserted.toString().replace(/\s*\n\s*/g, ' ');
    changes.push({ from, to, insert });
    caret = from + shift + insert.length;
    shift += insert.length - (to - from);
  });
  return { changes, selection: EditorSelection.cursor(caret), userEvent: transaction.annotation(Transaction.userEvent) };
});

function readOnlyExtension(readOnly) {
  return [EditorState.readOnly.of(Boolean(readOnly)), EditorView.editable.of(!readOnly)];
}

function listener(options) {
  return EditorView.updateListener.of((update) => {
    if (update.focusChanged) (update.view.hasFocus ? options.onFocus : options.onBlur)?.();
    if (!update.docChanged || !options.onChange) return;
    for (const transaction of update.transactions) {
      if (!transaction.docChanged || transaction.annotation(remote)) continue;
      const changes = [];
      transaction.changes.iterChanges((from, to, _fromB, _toB, insert) => changes.push({ from, to, insert: insert.toString() }));
      options.onChange(changes, transaction.newDoc.toString());
    }
  });
}

/** Asks `complete` where a name could go on; in a template only inside a hole, unless the person asks by key. */
function source(options) {
  return async (context) => {
    const all = context.state.doc.toString();
    if (options.expression && !context.explicit && !holeAt(all, context.pos)) return null;
    const word = context.matchBefore(/[\w$]+/);
    if (!word && !context.explicit && !context.matchBefore(/[.[('"`]/)) return null;
    const found = await options.complete(all, context.pos);
    if (context.aborted || !found?.length) return null;
    const from = found[0].from ?? word?.from ?? context.pos;
    return { from, options: found.map(({ from: _, ...item }) => item), validFor: /^[\w$]*$/ };
  };
}
