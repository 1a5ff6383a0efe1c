// Injected as text into both worlds of a page; called with the names of the two event channels. Values cross as strings in synchronous
// events, so a bridge call returns at once, and everything that crosses is a copy, as over Electron's context bridge.
(own, other, onMessage) => {
  const functions = [];
  const waiting = new Map();
  let lastWaiting = 0;
  let returned;

  const encode = (value) => {
    if (typeof value === 'function') return { fn: functions.push(value) - 1 };
    if (value instanceof Promise) return { promise: keep(value) };
    if (value instanceof Error) return { error: value.message };
    if (Array.isArray(value)) return { list: value.map(encode) };
    if (value === undefined) return {};
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return { plain: value };
    const prototype = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined;
    if (prototype !== null && prototype !== Object.prototype) throw new Error('An object could not be cloned.');
    return { record: Object.entries(value).map(([key, each]) => [key, encode(each)]) };
  };
  const decode = (code) => {
    if ('fn' in code) return (...args) => call(code.fn, args);
    if ('promise' in code) return new Promise((resolve, reject) => waiting.set(code.promise, { resolve, reject }));
    if ('error' in code) return new Error(code.error);
    if ('list' in code) return code.list.map(decode);
    if ('record' in code) return Object.fromEntries(code.record.map(([key, each]) => [key, decode(each)]));
    return code.plain;
  };
  const keep = (promise) => {
    lastWaiting += 1;
    const id = lastWaiting;
    promise.then(
      (value) => tell({ kind: 'settled', id, ok: true, value: encode(value) }),
      (error) => tell({ kind: 'settled', id, ok: false, value: encode(error) }),
    );
    return id;
  };
  const tell = (message) => document.dispatchEvent(new CustomEvent(other, { detail: JSON.stringify(message) }));
  const call = (fn, args) => {
    tell({ kind: 'call', fn, args: args.map(encode) });
    const { ok, value } = returned;
    if (!ok) throw decode(value);
    return decode(value);
  };
  const answer = ({ fn, args }) => {
    try {
      tell({ kind: 'returned', ok: true, value: encode(functions[fn](...args.map(decode))) });
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      tell({ kind: 'returned', ok: false, value: encode(error) });
    }
  };
  const settle = ({ id, ok, value }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    (ok ? resolve : reject)(decode(value));
  };
  document.addEventListener(own, ({ detail }) => {
    const message = JSON.parse(detail);
    if (message.kind === 'call') answer(message);
    else if (message.kind === 'returned') returned = message;
    else if (message.kind === 'settled') settle(message);
    else onMessage(message, decode);
  });
  return { tell, encode };
};
