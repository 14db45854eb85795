// The variables of expressions and scripts over the data of one node run.
(function (shared, globals) {
  const { ExpressionError } = shared;
  const fail = (message, hint) => {
    throw new ExpressionError({ kind: 'nodeData', message, hint: hint === undefined ? null : hint });
  };

  /** Everything a script may ask for; `state.index` is the item it is evaluated for. */
  shared.variables = (data, state) => {
    const count = data.itemCount;
    const item = (index) => data.items[index];
    const all = () => Array.from({ length: count }, (_, index) => item(index));
    const current = () => {
      const found = item(state.index);
      if (found === undefined) fail('There is no input data', 'Run the nodes before this one first, or connect one that gives items');
      return found;
    };

    const required = (name) => {
      const node = Object.hasOwn(data.nodes, name) ? data.nodes[name] : undefined;
      if (node === undefined) {
        fail(`Referenced node doesn't exist: '${name}'`, `No node is called '${name}'; check the spelling, or whether it was renamed or deleted`);
      }
      if (!node.executed) {
        fail(`Node '${name}' hasn't been executed`, `Run '${name}' first, or test for it with $('${name}').isExecuted`);
      }
      return node;
    };
    const itemsOf = (name, output, run) => {
      const node = required(name);
      const last = node.runs.length - 1;
      const at = run === undefined || run < 0 ? last : run;
      const branch = output === undefined ? node.output : output;
      return (node.runs[at] || [])[branch] || [];
    };
    const pairedWith = (name, index) => {
      required(name);
      const places = data.paired[name] || {};
      const place = places[index] || places.any;
      if (place === undefined) fail(`Can't get data for expression: the input has no item ${index}`);
      if (place.e) throw new ExpressionError(place.e);
      const [run, output, at] = place;
      return data.nodes[name].runs[run][output][at];
    };
    const parameters = (raw) => raw;

    const $ = (name) => {
      if (!Object.hasOwn(data.nodes, name)) required(name);
      const node = data.nodes[name];
      return {
        get isExecuted() { return node.executed; },
        get item() { return pairedWith(name, state.index); },
        get params() { return parameters(node.parameters); },
        get context() { return node.context || {}; },
        get json() { return sameIndex(name).json; },
        get binary() { return sameIndex(name).binary; },
        first: (output, run) => itemsOf(name, output, run)[0],
        last: (output, run) => itemsOf(name, output, run).at(-1),
        all: (output, run) => itemsOf(name, output, run),
        pairedItem: (index) => pairedWith(name, index === undefined ? state.index : index),
        itemMatching: (index) => {
          if (index === undefined) fail('Missing item index for .itemMatching()');
          return pairedWith(name, index);
        },
      };
    };
    const sameIndex = (name) => {
      const items = itemsOf(name);
      const found = items.length === 1 ? items[0] : items[state.index];
      if (found === undefined) fail(`Node '${name}' has no item ${state.index}`, `Use $('${name}').item to follow where the item came from`);
      return found;
    };
    const $node = new Proxy({}, {
      get(_, name) {
        if (typeof name !== 'string') return undefined;
        if (!Object.hasOwn(data.nodes, name)) required(name);
        return {
          get json() { return sameIndex(name).json; },
          get data() { return sameIndex(name).json; },
          get binary() { return sameIndex(name).binary || {}; },
          get parameter() { return data.nodes[name].parameters; },
          get context() { return data.nodes[name].context || {}; },
          get runIndex() { return required(name).runs.length - 1; },
        };
      },
    });
    const noArguments = (name, values) => {
      if (values.length > 0) fail(`$input.${name}() should have no arguments`);
    };
    const $input = {
      get item() { return current(); },
      get params() { return data.source && (data.nodes[data.source.name] || {}).parameters; },
      get context() { return (data.source && (data.nodes[data.source.name] || {}).context) || {}; },
      first: (...values) => { noArguments('first', values); return item(0); },
      last: (...values) => { noArguments('last', values); return item(count - 1); },
      all: (...values) => { noArguments('all', values); return all(); },
    };
    const isEmpty = (value) =>
      value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
      || (typeof value === 'object' && !(value instanceof Date) && !shared.special.has(value) && Object.keys(value).length === 0);

    const customData = data.customData || {};
    state.customData = {};
    const $execution = {
      ...data.execution,
      customData: {
        get: (key) => ({ ...customData, ...state.customData })[key],
        getAll: () => ({ ...customData, ...state.customData }),
        set: (key, value) => { state.customData[String(key)] = String(value); },
        setAll: (values) => { for (const [key, value] of Object.entries(values)) state.customData[key] = String(value); },
      },
    };

    const variables = {
      $, $node, $input, $execution,
      $workflow: data.workflow,
      $prevNode: data.source || {},
      $parameter: parameters(data.parameters || {}),
      $vars: data.vars,
      $mode: data.mode,
      $runIndex: data.runIndex,
      $thisRunIndex: data.runIndex,
      $nodeVersion: data.nodeVersion,
      $nodeId: data.nodeId,
      $executionId: data.execution.id,
      $resumeWebhookUrl: data.execution.resumeUrl,
      $items: (name, output, run) => (name === undefined ? all() : itemsOf(name, output === undefined ? 0 : output, run)),
      $item: (index) => ({ get $json() { return item(index).json; }, $node }),
      $jmespath: shared.query,
      $jmesPath: shared.query,
      $if: (condition, then, otherwise) => (condition ? then : otherwise === undefined ? false : otherwise),
      $ifEmpty: (value, otherwise) => (isEmpty(value) ? otherwise : value),
      $not: (value) => !value,
      $min: Math.min,
      $max: Math.max,
      $average: (...values) => values.reduce((sum, value) => sum + value, 0) / values.length,
    };
    for (const key of Object.keys(data.extra || {})) {
      if (key !== 'staticData') variables[`$${key}`] = data.extra[key];
    }
    const lazy = {
      $json: () => current().json,
      $data: () => current().json,
      $binary: () => current().binary || {},
      $itemIndex: () => state.index,
      $position: () => state.index,
      $thisItemIndex: () => state.index,
      $thisItem: current,
      $now: () => shared.DateTime.now(),
      $today: () => shared.DateTime.now().startOf('day'),
      $env: () => {
        throw new ExpressionError({ kind: 'forbidden', message: 'access to env vars denied', hint: 'Keep the value in a variable ($vars) or in a credential' });
      },
    };
    for (const name of Object.keys(lazy)) {
      Object.defineProperty(variables, name, { get: lazy[name], enumerable: true, configurable: true });
    }
    return variables;
  };
});
