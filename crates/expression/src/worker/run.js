// Evaluates templates and runs the scripts of Code nodes.
(function (shared, globals) {
  const { ExpressionError } = shared;
  const { stringify } = JSON;
  const NativeFunction = Function;
  const AsyncFunction = (async () => {}).constructor;
  const NativeDate = Date;

  const describe = (error) => {
    if (error instanceof ExpressionError) return { hint: null, line: null, ...error.info };
    if (error === null || error === undefined) {
      // QuickJS throws null where it has no memory left for an error.
      return { kind: 'limit', message: 'The script needs too much memory', hint: 'Work on fewer items at once, for example with Loop Over Items', line: null };
    }
    const message = error instanceof Error ? `${error.message}` : String(error);
    if (error instanceof Error && message === 'out of memory') {
      return { kind: 'limit', message: 'The script needs too much memory', hint: 'Work on fewer items at once, for example with Loop Over Items', line: null };
    }
    const kind = error instanceof SyntaxError ? 'syntax' : 'failed';
    return { kind, message, hint: null, line: lineOf(error) };
  };

  // The code is the body of a function made from text, which takes two lines for its head.
  const lineOf = (error) => {
    const stack = error instanceof Error && typeof error.stack === 'string' ? error.stack : '';
    const found = /<input>:(\d+)/.exec(stack);
    const line = found ? Number(found[1]) - 2 : 0;
    return line > 0 ? line : null;
  };

  /** The text of a value as it leaves; undefined where it has none. */
  const leave = (value) => stringify(value, (_, inner) => {
    if (typeof inner !== 'bigint') return inner;
    return Number.isSafeInteger(Number(inner)) ? Number(inner) : String(inner);
  });

  // ---- templates -------------------------------------------------------------------------------

  const asFunction = (source) => new NativeFunction('$scope', `with ($scope) { return (${source}\n); }`);

  /** Where there are several statements, the first is the value. */
  const compile = (source) => {
    const text = source.trim().replace(/;+$/, '');
    try {
      return asFunction(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      try { new NativeFunction(source); } catch { throw invalid(error); }
      const ends = [...text.matchAll(/[;\n]/g)].map((found) => found.index).slice(-100).reverse();
      for (const end of ends) {
        try { return asFunction(text.slice(0, end)); } catch { /* a shorter one may do */ }
      }
      throw invalid(error);
    }
  };
  const invalid = (error) => new ExpressionError({ kind: 'syntax', message: 'invalid syntax', hint: error.message });

  const evaluate = (data, { templates, jobs, tagged }) => {
    const state = { index: 0 };
    const variables = shared.variables(data, state);
    Object.assign(variables, {
      min: Math.min, max: Math.max, average: variables.$average,
      numberList: (start, end) => Array.from({ length: Math.abs(end - start) + 1 }, (_, at) => start + (end < start ? -at : at)),
      zip: (keys, values) => {
        if (!Array.isArray(keys) || !Array.isArray(values)) throw new ExpressionError({ kind: 'failed', message: 'keys and values must be arrays' });
        if (keys.length !== values.length) throw new ExpressionError({ kind: 'failed', message: 'keys and values not of equal length' });
        return Object.fromEntries(Array.from(keys, (key, at) => [key, values[at]]));
      },
    });
    const compiled = templates.map((parts) => parts.map((part) => {
      if (part.text !== undefined) return { text: part.text };
      try { return { code: compile(part.code) }; } catch (error) { return { error: describe(error) }; }
    }));
    const show = (value) => (value || value === 0 || value === false ? [value].join('') : '');
    const answers = jobs.map(([template, index]) => {
      state.index = index;
      const own = {};
      const scope = new Proxy(own, {
        has: () => true,
        get: (target, name) => {
          if (name === Symbol.unscopables) return undefined;
          if (Object.hasOwn(target, name)) return target[name];
          if (name in variables) return variables[name];
          return hidden.has(name) ? undefined : globals[name];
        },
      });
      try {
        const values = compiled[template].map((part) => {
          if (part.text !== undefined) return part.text;
          if (part.error) throw new ExpressionError(part.error);
          try {
            return part.code.call(undefined, scope);
          } catch (error) {
            // What throws is undefined; only errors made for people come through.
            if (error instanceof ExpressionError || error === null || (error instanceof Error && error.message === 'out of memory')) throw error;
            return undefined;
          }
        });
        const value = values.length === 1 ? values[0] : values.map(show).join('');
        const text = tagged ? stringify(shared.encode(value, 0)) : leave(value);
        return text === undefined ? '{}' : `{"v":${text}}`;
      } catch (error) {
        return `{"e":${stringify(describe(error))}}`;
      }
    });
    return `{"answers":[${answers.join(',')}]}`;
  };

  const hidden = new Set(['eval', 'Function', 'globalThis', 'Reflect', 'Proxy', 'Promise', 'queueMicrotask',
    'setTimeout', 'setInterval', 'clearTimeout', 'AsyncFunction', 'GeneratorFunction', 'gc']);

  // ---- scripts ---------------------------------------------------------------------------------

  const timers = [];
  let clock = 0;
  let timerId = 0;
  const later = (action, delay, args) => {
    timerId += 1;
    timers.push({ id: timerId, at: clock + Math.max(0, Number(delay) || 0), action, args });
    return timerId;
  };
  /** How long until the next timer, or, when it is due, its action. */
  shared.nextTimer = (fire) => {
    if (timers.length === 0) return -1;
    const next = timers.reduce((a, b) => (b.at < a.at ? b : a));
    if (!fire) return next.at - clock;
    clock = Math.max(clock, next.at);
    timers.splice(timers.indexOf(next), 1);
    next.action(...next.args);
    return 0;
  };

  const printed = [];
  let printedBytes = 0;
  const print = (...values) => {
    if (printedBytes > 256 * 1024) return;
    const line = values.map((value) => {
      if (typeof value === 'string') return value;
      if (value instanceof Error) return `${value.name}: ${value.message}`;
      try { return stringify(value) ?? String(value); } catch { return String(value); }
    }).join(' ');
    printedBytes += line.length;
    printed.push(line);
  };

  const wrong = (message, hint) => new ExpressionError({ kind: 'failed', message, hint });
  const ALL_HINT = 'Please return an array of objects, one for each item you want to output.';
  const KEYS = new Set(['json', 'binary', 'pairedItem', 'error', 'index']);
  const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

  const checked = (item, where) => {
    if (!isObject(item.json)) throw wrong(`A 'json' property isn't an object${where}`, "In the returned data, every key named 'json' must point to an object.");
    if (item.binary !== undefined && item.binary !== null && !isObject(item.binary)) {
      throw wrong(`A 'binary' property isn't an object${where}`, "In the returned data, every key named 'binary' must point to an object.");
    }
    const unknown = Object.keys(item).find((key) => !KEYS.has(key));
    if (unknown !== undefined) {
      throw wrong(`Unknown top-level item key: ${unknown}${where}`, "Access the properties of an item under `.json`, e.g. `item.json`");
    }
    return item;
  };

  const manyItems = (result) => {
    const list = Array.isArray(result) ? result : isObject(result) ? [result] : undefined;
    if (list === undefined || !list.every(isObject)) throw wrong("Code doesn't return items properly", ALL_HINT);
    const wrapped = list.some((item) => Object.keys(item).some((key) => KEYS.has(key) && key !== 'error' && key !== 'index'));
    if (!wrapped) return list.map((json) => ({ json }));
    return list.map((item, at) => checked(item, ` [item ${at}]`));
  };

  const oneItem = (result, index) => {
    if (!isObject(result)) {
      const what = Array.isArray(result) ? 'an array' : result === undefined ? 'nothing' : `a ${typeof result}`;
      throw wrong(`Code doesn't return a single object [item ${index}]`, `It returned ${what}. If you need to output multiple items, please use the 'Run Once for All Items' mode instead.`);
    }
    const wrapped = Object.keys(result).some((key) => key === 'json' || key === 'binary');
    const item = wrapped ? checked({ json: {}, ...result }, ` [item ${index}]`) : { json: result };
    return { ...item, pairedItem: item.pairedItem === undefined ? { item: index } : item.pairedItem };
  };

  let outcome;
  const script = (data, { code, mode }) => {
    const state = { index: 0 };
    const variables = shared.variables(data, state);
    globals.console = { log: print, info: print, warn: print, error: print, debug: print, table: print };
    globals.setTimeout = (action, delay, ...args) => later(action, delay, args);
    globals.setImmediate = (action, ...args) => later(action, 0, args);
    globals.clearTimeout = (id) => {
      const at = timers.findIndex((timer) => timer.id === id);
      if (at >= 0) timers.splice(at, 1);
    };
    globals.require = (name) => {
      if (name === 'luxon') return globals.luxon;
      throw new Error(`Cannot find module '${name}'`);
    };
    const kept = data.extra && data.extra.staticData;
    if (kept) {
      const staticData = (kind) => {
        if (kind === 'global' || kind === 'node') return kept[kind];
        throw wrong(`There is no static data of the kind '${kind}'`, "It is 'global' for the workflow or 'node' for this node.");
      };
      variables.$getWorkflowStaticData = staticData;
      variables.getWorkflowStaticData = staticData;
      shared.staticData = () => kept;
    }
    for (const name of Object.keys(variables)) {
      // Names of one item mean the first where the code runs once for all.
      const property = Object.getOwnPropertyDescriptor(variables, name);
      Object.defineProperty(globals, name, { ...property, configurable: true, enumerable: false });
    }
    const perItem = mode === 'runOnceForEachItem';
    const names = perItem ? ['item'] : ['items'];
    let run;
    try {
      // In a block of its own, so that the code may declare `items` or `item` itself.
      run = new AsyncFunction(...names, `{${code}\n}`);
    } catch (error) {
      outcome = { error };
      return;
    }
    const whole = async () => {
      const items = Array.from({ length: data.itemCount }, (_, index) => data.items[index]);
      if (!perItem) return manyItems(await run.call({}, items));
      const results = [];
      for (let index = 0; index < data.itemCount; index += 1) {
        state.index = index;
        const result = await run.call({}, items[index]);
        if (result !== null) results.push(oneItem(result, index));
      }
      return results;
    };
    whole().then(
      (items) => { outcome = { items }; },
      (error) => { outcome = { error }; },
    );
    shared.customData = () => state.customData;
  };

  const report = (answer) => {
    const noted = stringify(shared.customData ? shared.customData() : {});
    const kept = (shared.staticData && leave(shared.staticData())) || 'null';
    return `{"answers":[${answer}],"console":${stringify(printed)},"customData":${noted},"staticData":${kept}}`;
  };
  shared.settled = () => {
    if (outcome === undefined) return undefined;
    if (outcome.error !== undefined || !('items' in outcome)) return report(`{"e":${stringify(describe(outcome.error))}}`);
    try {
      return report(`{"v":${leave(outcome.items)}}`);
    } catch (error) {
      return report(`{"e":${stringify(describe(error))}}`);
    }
  };
  shared.stuck = () => report(`{"e":${stringify(describe(wrong('The script waits for something that never happens', 'A promise in it is never resolved')))}}`);

  shared.start = (data, work) => {
    if (work.evaluate) {
      // Now is one moment for all expressions of a node.
      const now = shared.DateTime.now().toMillis();
      const FixedDate = class Date extends NativeDate {
        constructor(...args) {
          if (args.length === 1 && typeof args[0] === 'string') super(FixedDate.parse(args[0]));
          else if (args.length === 1 && shared.special.has(args[0])) super(args[0].valueOf());
          else if (args.length === 0) super(now);
          else super(...args);
        }
        static now() { return now; }
        static parse(text) { return shared.static('Date', 'parse', [String(text)]); }
      };
      globals.Date = FixedDate;
      shared.define(globals.Math, 'random', shared.random || Math.random);
      return evaluate(data, work.evaluate);
    }
    script(data, work.script);
    return undefined;
  };
});
