// The way to `editor.js`, which is loaded when the first field needs it: it is larger than all the rest of the glue, and no start waits for it.

let editor;
let loading;

/** Loads the editor, once. Every other function is for afterwards. */
export function load() {
  loading ??= import('./editor.js').then(
    (module) => { editor = module; },
    (cause) => { loading = undefined; throw cause; },
  );
  return loading;
}

export const create = (parent, options) => editor.create(parent, options);
export const applyChanges = (handle, changes) => editor.applyChanges(handle, changes);
export const text = (handle) => editor.text(handle);
export const setReadOnly = (handle, readOnly) => editor.setReadOnly(handle, readOnly);
export const focus = (handle) => editor.focus(handle);
export const destroy = (handle) => editor.destroy(handle);
export const insertAt = (handle, code, text, x, y) => editor.insertAt(handle, code, text, x, y);
export const setCaret = (handle, pos) => editor.setCaret(handle, pos);
export const markError = (handle, from, to, message) => editor.markError(handle, from, to, message);
export const clearErrors = (handle) => editor.clearErrors(handle);
