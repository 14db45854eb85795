// Talks to the host, and puts the native extension methods on JavaScript's own types.
// Gets `shared`, where the parts of the prelude meet, and `globals`. Nothing stays reachable but
// what is put on `globals` here on purpose.
(function (shared, globals) {
  const { host } = shared;
  const { parse, stringify } = JSON;
  const isArray = Array.isArray;

  class ExpressionError extends Error {
    constructor(info) {
      super(info.message);
      this.name = 'ExpressionError';
      this.info = info;
    }
  }

  const special = new WeakMap();

  /** A value as tagged JSON. */
  function encode(value, depth) {
    if (depth > 100) throw new RangeError('Data is nested too deeply');
    switch (typeof value) {
      case 'undefined': case 'function': case 'symbol': return { $: 'undefined' };
      case 'bigint': return Number(value);
      case 'number': return Number.isFinite(value) ? value : { $: 'number', v: String(value) };
      case 'object': break;
      default: return value;
    }
    if (value === null) return null;
    if (special.has(value)) return special.get(value);
    if (value instanceof Date) {
      const ms = value.getTime();
      return { $: 'date', ms: Number.isNaN(ms) ? null : ms };
    }
    if (value instanceof String || value instanceof Number || value instanceof Boolean) return value.valueOf();
    if (isArray(value)) return value.map((inner) => encode(inner, depth + 1));
    const fields = {};
    let tagged = false;
    for (const key of Object.keys(value)) {
      if (key === '$') tagged = true;
      fields[key] = encode(value[key], depth + 1);
    }
    return tagged ? { $: 'object', v: fields } : fields;
  }

  function decode(value) {
    if (value === null || typeof value !== 'object') return value;
    if (isArray(value)) return value.map(decode);
    switch (value.$) {
      case undefined: break;
      case 'undefined': return undefined;
      case 'number': return Number(value.v);
      case 'date': return new Date(value.ms === null ? NaN : value.ms);
      case 'dateTime': return shared.wrap(shared.DateTime, value);
      case 'duration': return shared.wrap(shared.Duration, value);
      case 'object': value = value.v;
    }
    const fields = {};
    for (const key of Object.keys(value)) fields[key] = decode(value[key]);
    return fields;
  }

  function call(request) {
    const answer = parse(host(stringify(request)));
    if (answer.e) throw new ExpressionError(answer.e);
    if (answer.t !== undefined) throw new TypeError(answer.t);
    if (answer.n) throw new TypeError(`${request.name} is not a function`);
    return decode(answer.v);
  }

  shared.ExpressionError = ExpressionError;
  shared.special = special;
  shared.encode = encode;
  shared.method = (on, name, args) =>
    call({ op: 'method', on: encode(on, 0), name, args: Array.from(args, (value) => encode(value, 0)) });
  shared.member = (on, name) => call({ op: 'member', on: encode(on, 0), name });
  shared.static = (type, name, args) =>
    call({ op: 'static', class: type, name, args: Array.from(args, (value) => encode(value, 0)) });
  shared.constant = (type, name) => call({ op: 'constant', class: type, name });
  shared.query = (on, query) => {
    if (on === null || typeof on !== 'object' || typeof query !== 'string') {
      throw new ExpressionError({ kind: 'failed', message: 'expected two arguments (Object, string) for this function' });
    }
    return call({ op: 'query', on: encode(on, 0), query });
  };
  shared.wrap = (type, encoded) => {
    const value = Object.create(type.prototype);
    special.set(value, encoded);
    return value;
  };
  shared.define = (target, name, value) =>
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });

  const extend = (type, names, own) => {
    for (const name of names) {
      shared.define(type.prototype, name, function (...args) {
        // A boxed `this` is the value itself.
        const boxed = this instanceof String || this instanceof Number || this instanceof Boolean;
        return shared.method(boxed ? this.valueOf() : this, name, args);
      });
    }
    for (const name of Object.keys(own || {})) shared.define(type.prototype, name, own[name]);
  };

  extend(String, ['base64Decode', 'base64Encode', 'extractDomain', 'extractEmail', 'extractUrl', 'extractUrlPath',
    'hash', 'isBlank', 'isDomain', 'isEmail', 'isNotBlank', 'isNumeric', 'isUrl', 'parseJson', 'quote',
    'removeMarkdown', 'removeTags', 'replaceSpecialChars', 'toBoolean', 'toDate', 'toDateTime', 'toDecimalNumber',
    'toFloat', 'toInt', 'toNumber', 'toSentenceCase', 'toSnakeCase', 'toTitleCase', 'toWholeNumber', 'urlDecode',
    'urlEncode', 'toJsonString'], {
    isEmpty() { return this.length === 0; },
    isNotEmpty() { return this.length > 0; },
    localeCompare(other) { return call({ op: 'compare', a: String(this), b: String(other) }); },
  });
  extend(Number, ['abs', 'ceil', 'floor', 'format', 'isEven', 'isInteger', 'isOdd', 'round', 'toBoolean', 'toDateTime',
    'toFloat', 'toInt', 'toNumber', 'toLocaleString', 'toJsonString'], {
    isEmpty() { return false; },
    isNotEmpty() { return true; },
  });
  extend(Boolean, ['toInt', 'toFloat', 'toNumber', 'toDateTime', 'toBoolean', 'toJsonString'], {
    isEmpty() { return false; },
    isNotEmpty() { return true; },
  });
  extend(Array, ['average', 'chunk', 'compact', 'difference', 'intersection', 'max', 'merge', 'mergeIntoObject', 'min',
    'pluck', 'randomItem', 'removeDuplicates', 'renameKeys', 'smartJoin', 'sum', 'toJsonString', 'union', 'unique'], {
    first() { return this[0]; },
    last() { return this[this.length - 1]; },
    append(...values) { return this.concat(values); },
    isEmpty() { return this.length === 0; },
    isNotEmpty() { return this.length > 0; },
  });
  extend(Date, ['beginningOf', 'diffTo', 'diffToNow', 'endOfMonth', 'extract', 'format', 'isBetween', 'isDst',
    'isInLast', 'isWeekend', 'minus', 'plus', 'toDateTime', 'toFloat', 'toInt', 'toNumber', 'toBoolean',
    'toLocaleString', 'toLocaleDateString', 'toLocaleTimeString', 'toDateString', 'toTimeString', 'toString'], {
    isEmpty() { return false; },
    isNotEmpty() { return true; },
  });
  extend(Object, ['compact', 'hasField', 'keepFieldsContaining', 'merge', 'removeField', 'removeFieldsContaining',
    'toJsonString', 'urlEncode'], {
    isEmpty() { return Object.keys(this).length === 0; },
    isNotEmpty() { return Object.keys(this).length > 0; },
    keys() { return Object.keys(this); },
    values() { return Object.values(this); },
  });
  // Objects of other kinds keep their own.
  for (const type of [Map, Set]) {
    shared.define(type.prototype, 'isEmpty', function () { return this.size === 0; });
  }
});
