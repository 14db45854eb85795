// What a field with `{{ }}` holes adds: colours inside the holes, braces that close themselves.
//
// Colouring is by CodeMirror's JavaScript grammar over each hole's code; outside a hole text is just text.

import { javascriptLanguage } from '@codemirror/lang-javascript';
import { EditorSelection, EditorState, Prec, RangeSetBuilder } from '@codemirror/state';
import { Decoration, EditorView, ViewPlugin } from '@codemirror/view';
import { highlightTree } from '@lezer/highlight';
import { highlight } from './editor-theme.js';
import { holeAt, holes, typedOver } from './template.js';

/** Past this length holes stay uncoloured: a field this long holds data, and each keystroke would parse all of it. */
const LONGEST_COLOURED = 60_000;

const inside = Decoration.mark({ class: 'rr-hole' });
const brace = Decoration.mark({ class: 'rr-hole__brace' });

export function template() {
  return [
    ViewPlugin.fromClass(Colours, { decorations: (colours) => colours.decorations }),
    Prec.high(EditorView.inputHandler.of(openHole)),
    Prec.high(EditorView.inputHandler.of(typeOver)),
    EditorState.languageData.of((state, pos) => [{ closeBrackets: { brackets: brackets(state, pos) } }]),
  ];
}

/** Quotes and brackets close themselves in code only: in prose an apostrophe is an apostrophe. */
function brackets(state, pos) {
  return holeAt(state.doc.toString(), pos) ? ['(', '[', '{', "'", '"', '`'] : ['{'];
}

/** The second `{` makes a whole hole, `{{ | }}`, whatever the first one was closed with. */
function openHole(view, from, to, text) {
  if (text !== '{' || from !== to || view.state.readOnly || view.composing) return false;
  const { doc } = view.state;
  if (doc.sliceString(from - 1, from) !== '{' || doc.sliceString(from - 2, from - 1) === '{') return false;
  if (holeAt(doc.toString(), from - 1)) return false;
  const closing = doc.sliceString(to, to + 1) === '}' ? 1 : 0;
  view.dispatch({
    changes: { from, to: to + closing, insert: '{  }}' },
    selection: EditorSelection.cursor(from + 2),
    userEvent: 'input.type',
  });
  return true;
}

/** Somebody who types all of `{{ name }}` types over the spaces and braces that are there already. */
function typeOver(view, from, to, text) {
  if (from !== to || view.state.readOnly || view.composing) return false;
  const over = typedOver(view.state.doc.toString(), from, text);
  if (!over) return false;
  view.dispatch({ changes: over.changes, selection: EditorSelection.cursor(over.caret), userEvent: 'input.type' });
  return true;
}

class Colours {
  constructor(view) {
    this.decorations = colour(view.state);
  }

  update(update) {
    if (update.docChanged) this.decorations = colour(update.state);
  }
}

function colour(state) {
  const builder = new RangeSetBuilder();
  if (state.doc.length > LONGEST_COLOURED) return builder.finish();
  const text = state.doc.toString();
  for (const hole of holes(text)) {
    builder.add(hole.open, hole.from, brace);
    if (hole.from < hole.to) {
      const marks = [];
      const tree = javascriptLanguage.parser.parse(text.slice(hole.from, hole.to));
      highlightTree(tree, highlight, (from, to, classes) => marks.push([hole.from + from, hole.from + to, classes]));
      builder.add(hole.from, hole.to, inside);
      for (const [from, to, classes] of marks) builder.add(from, to, Decoration.mark({ class: classes }));
    }
    if (hole.closed) builder.add(hole.to, hole.to + 2, brace);
  }
  return builder.finish();
}
