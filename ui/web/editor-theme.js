// How the editor looks: every value is a `--rr-*` variable of the interface, so light and dark need nothing here.

import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

export const highlight = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword, tags.modifier], color: 'var(--rr-code-keyword, var(--violet-11))' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--rr-code-string, var(--green-11))' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--rr-code-number, var(--amber-11))' },
  { tag: [tags.propertyName, tags.attributeName], color: 'var(--rr-code-property, var(--blue-11))' },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: 'var(--rr-code-function, var(--blue-11))' },
  { tag: [tags.comment, tags.meta], color: 'var(--rr-code-comment, var(--rr-ink-3))', fontStyle: 'italic' },
  { tag: [tags.heading, tags.strong], fontWeight: '600' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: [tags.link, tags.url], color: 'var(--rr-accent-ink)', textDecoration: 'underline' },
  { tag: tags.invalid, color: 'var(--rr-fail-ink)' },
]);

export const theme = EditorView.theme({
  '&': { color: 'var(--rr-ink)', backgroundColor: 'transparent', fontSize: 'var(--rr-text-sm, 12px)', height: '100%' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--rr-mono, ui-monospace, monospace)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--rr-accent)', padding: '5px 0' },
  '.cm-line': { padding: '0 8px' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--rr-accent)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, .cm-content ::selection': { backgroundColor: 'var(--rr-accent-soft)' },
  '.cm-placeholder': { color: 'var(--rr-ink-3)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--rr-ink-3)', border: 'none', fontVariantNumeric: 'tabular-nums' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--rr-hover) 55%, transparent)' },
  '&:not(.cm-focused) .cm-activeLine, &:not(.cm-focused) .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--rr-pressed)', outline: 'none', borderRadius: '2px' },
  '.cm-nonmatchingBracket, &.cm-focused .cm-nonmatchingBracket': { backgroundColor: 'var(--rr-fail-soft)' },
  '.cm-selectionMatch, .cm-searchMatch': { backgroundColor: 'var(--rr-wait-soft)' },
  '.cm-searchMatch.cm-searchMatch-selected': { backgroundColor: 'var(--rr-wait-soft)', outline: '1px solid var(--rr-wait)' },
  '.rr-hole': { backgroundColor: 'var(--rr-accent-soft)', borderRadius: '2px' },
  '.rr-hole__brace': { color: 'var(--rr-accent-ink)', backgroundColor: 'var(--rr-accent-soft)' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--rr-fail) 1px', textUnderlineOffset: '3px' },
  '.cm-tooltip': { backgroundColor: 'var(--rr-panel)', color: 'var(--rr-ink)', border: '1px solid var(--rr-line)', borderRadius: 'var(--rr-radius, 8px)', boxShadow: 'var(--rr-shadow-2)', overflow: 'hidden', zIndex: '1000' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--rr-mono, ui-monospace, monospace)', fontSize: 'var(--rr-text-sm, 12px)', padding: '4px', minWidth: '240px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '4px 8px', borderRadius: 'var(--rr-radius-s, 5px)', lineHeight: '1.5' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--rr-accent-soft)', color: 'var(--rr-ink)' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600', color: 'var(--rr-accent-ink)' },
  '.cm-completionDetail': { color: 'var(--rr-ink-2)', fontStyle: 'normal', marginLeft: '12px', float: 'right' },
  '.cm-completionInfo, .cm-diagnostic': { padding: '6px 10px', maxWidth: '360px', fontFamily: 'var(--rr-font, system-ui)', fontSize: 'var(--rr-text-sm, 12px)' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--rr-fail)' },
  '.cm-panels': { backgroundColor: 'var(--rr-inset)', color: 'var(--rr-ink)', fontFamily: 'var(--rr-font, system-ui)' },
  '.cm-panels.cm-panels-top': { borderBottom: '1px solid var(--rr-line)' },
  '.cm-textfield, .cm-button': { backgroundColor: 'var(--rr-panel)', backgroundImage: 'none', color: 'var(--rr-ink)', border: '1px solid var(--rr-line-strong)', borderRadius: 'var(--rr-radius-s, 5px)' },
});
