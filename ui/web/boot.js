// Starts the interface, and says in the page what went wrong when it cannot start: a blank window explains nothing.
//
// Also puts the theme on the root element before the first paint, so that a dark window does not flash white.
// It is not part of the interface: once it has started, everything on the page belongs to the wasm.

let started = false;
const root = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');
const chosen = () => { try { return localStorage.getItem('rr.theme') ?? 'system'; } catch { return 'system'; } };
const theme = () => started || root.classList.toggle('dark', chosen() === 'dark' || (chosen() !== 'light' && dark.matches));
theme();
dark.addEventListener('change', theme);

/** Shows why the interface did not start. What happens after the start is the interface's own to show. */
function failed(cause) {
  if (started) return;
  const text = cause?.stack?.includes(cause.message) ? cause.stack : [cause?.message ?? String(cause), cause?.stack].filter(Boolean).join('\n');
  document.getElementById('boot-state').textContent = 'The interface could not start. Close the window and open it again; if that does not help, report this text:';
  const box = document.getElementById('boot-error');
  box.textContent += `${text}\n`;
  box.hidden = false;
}

addEventListener('error', (event) => failed(event.error ?? new Error(event.message || 'A script of the interface did not load')));
addEventListener('unhandledrejection', (event) => failed(event.reason));

try {
  // The wasm travels while its glue is read. It must be given: without it the generated `init` loads nothing and reports no error.
  const wasm = fetch(new URL('ui_bg.wasm', import.meta.url));
  const ui = await import('./ui.js');
  await ui.default({ module_or_path: wasm });
  started = true;
  document.getElementById('boot')?.remove();
  // By the time somebody opens a field with code, its editor is here.
  setTimeout(() => import('./editor-late.js').then((late) => late.load()), 1000);
} catch (cause) {
  failed(cause);
}
