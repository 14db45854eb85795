// `DateTime` and `Duration` as Luxon has them, answered by the host.
(function (shared, globals) {
  class DateTime {
    constructor() { throw new TypeError('Use DateTime.fromISO(), DateTime.now() and the like'); }
    valueOf() { const { ms } = shared.special.get(this); return ms === null ? NaN : ms; }
    toMillis() { return this.valueOf(); }
    [Symbol.toPrimitive](hint) { return hint === 'string' ? this.toString() : this.valueOf(); }
  }
  class Duration {
    constructor() { throw new TypeError('Use Duration.fromObject() and the like'); }
    [Symbol.toPrimitive](hint) { return hint === 'string' ? this.toString() : this.valueOf(); }
  }
  shared.DateTime = DateTime;
  shared.Duration = Duration;

  const methods = (type, names) => {
    for (const name of names) {
      shared.define(type.prototype, name, function (...args) { return shared.method(this, name, args); });
    }
  };
  const getters = (type, names) => {
    for (const name of names) {
      Object.defineProperty(type.prototype, name, {
        get() { return shared.member(this, name); }, configurable: true, enumerable: false,
      });
    }
  };
  const statics = (type, typeName, names) => {
    for (const name of names) {
      shared.define(type, name, (...args) => shared.static(typeName, name, args));
    }
  };
  methods(DateTime, ['beginningOf', 'diff', 'diffNow', 'diffTo', 'diffToNow', 'endOf', 'endOfMonth', 'equals',
    'extract', 'format', 'get', 'hasSame', 'isBetween', 'isDst', 'isEmpty', 'isInLast', 'isNotEmpty', 'isWeekend', 'minus', 'plus', 'reconfigure',
    'set', 'setLocale', 'setZone', 'startOf', 'toDateTime', 'toFloat', 'toFormat', 'toHTTP', 'toISO', 'toISODate',
    'toISOTime', 'toISOWeekDate', 'toInt', 'toJSDate', 'toJSON', 'toLocal', 'toLocaleString', 'toNumber',
    'toObject', 'toRFC2822', 'toRelative', 'toRelativeCalendar', 'toSQL', 'toSQLDate', 'toSQLTime', 'toSeconds',
    'toString', 'toUTC', 'toUnixInteger', 'toBoolean']);
  getters(DateTime, ['year', 'quarter', 'month', 'day', 'hour', 'minute', 'second', 'millisecond', 'weekday',
    'weekNumber', 'weekYear', 'ordinal', 'daysInMonth', 'daysInYear', 'weeksInWeekYear', 'offset', 'ts',
    'monthShort', 'monthLong', 'weekdayShort', 'weekdayLong', 'zoneName', 'offsetNameShort', 'offsetNameLong',
    'locale', 'isValid', 'isInDST', 'isInLeapYear', 'isOffsetFixed', 'invalidReason', 'invalidExplanation']);
  statics(DateTime, 'DateTime', ['now', 'local', 'utc', 'fromISO', 'fromFormat', 'fromString', 'fromMillis',
    'fromSeconds', 'fromJSDate', 'fromObject', 'fromSQL', 'fromRFC2822', 'fromHTTP']);
  shared.define(DateTime, 'isDateTime', (value) => value instanceof DateTime);
  shared.define(DateTime, 'max', (...all) => all.reduce((a, b) => (b > a ? b : a)));
  shared.define(DateTime, 'min', (...all) => all.reduce((a, b) => (b < a ? b : a)));
  methods(Duration, ['as', 'get', 'toMillis', 'valueOf', 'toObject', 'toISO', 'toJSON', 'toString', 'toHuman',
    'toFormat', 'shiftTo', 'negate', 'plus', 'minus']);
  getters(Duration, ['years', 'quarters', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'milliseconds',
    'isValid']);
  statics(Duration, 'Duration', ['fromMillis', 'fromObject', 'fromISO']);
  shared.define(Duration, 'isDuration', (value) => value instanceof Duration);
  for (const prefix of ['DATE', 'TIME', 'DATETIME']) {
    const kinds = {
      DATE: ['SHORT', 'MED', 'MED_WITH_WEEKDAY', 'FULL', 'HUGE'],
      TIME: ['SIMPLE', 'WITH_SECONDS', 'WITH_SHORT_OFFSET', '24_SIMPLE', '24_WITH_SECONDS', '24_WITH_SHORT_OFFSET'],
      DATETIME: ['SHORT', 'SHORT_WITH_SECONDS', 'MED', 'MED_WITH_SECONDS', 'FULL', 'FULL_WITH_SECONDS', 'HUGE'],
    }[prefix];
    for (const kind of kinds) {
      const name = `${prefix}_${kind}`;
      Object.defineProperty(DateTime, name, { get: () => shared.constant('DateTime', name), configurable: true });
    }
  }
  // `Intl` by the same formats as `toLocaleString`. What shows neither date nor time by its
  // options shows the date.
  const FIELDS = ['weekday', 'era', 'year', 'month', 'day', 'dayPeriod', 'hour', 'minute', 'second',
    'fractionalSecondDigits', 'timeZoneName', 'dateStyle', 'timeStyle'];
  const tag = (locale) => (Array.isArray(locale) ? locale[0] : locale) || 'en-US';
  function NumberFormat(locale, options) {
    if (!new.target) return new NumberFormat(locale, options);
    this.format = (value) => Number(value).toLocaleString(locale, options);
    this.resolvedOptions = () => ({ locale: tag(locale), ...options });
  }
  function DateTimeFormat(locale, options) {
    if (!new.target) return new DateTimeFormat(locale, options);
    const chosen = options !== undefined && FIELDS.some((field) => options[field] !== undefined);
    this.format = (value) => {
      const date = value === undefined ? new globals.Date() : new globals.Date(value.valueOf());
      return chosen ? date.toLocaleString(locale, options) : date.toLocaleDateString(locale, options);
    };
    this.resolvedOptions = () => ({ locale: tag(locale), timeZone: shared.systemZone, ...options });
  }
  const Intl = {};
  shared.define(Intl, 'NumberFormat', NumberFormat);
  shared.define(Intl, 'DateTimeFormat', DateTimeFormat);
  shared.define(globals, 'Intl', Intl);
  globals.DateTime = DateTime;
  globals.Duration = Duration;
  globals.luxon = { DateTime, Duration };
});
