// Injected as text into an isolated world, with the preload script: Electron's modules as a sandboxed preload script sees them.
// `toHost` is the DevTools binding of this world; the host answers through the function left at globalThis[own].
(link, own, other, toHost, preload, versions) => {
  if (window !== window.top) return;
  const listeners = new Map();
  const replies = new Map();
  let lastReply = 0;

  const { tell, encode } = link(own, other, (message, decode) => {
    if (message.kind === 'open') say({ kind: 'open', url: decode(message.url) });
  });
  const say = (message) => globalThis[toHost](JSON.stringify(message));
  // structuredClone refuses what IPC refuses; the second look refuses what this harness cannot carry as text.
  const cloned = (args) => {
    const copy = structuredClone(args);
    JSON.stringify(copy, function (key, value) {
      const isPlain = Array.isArray(this[key]) || Object.getPrototypeOf(Object(this[key])) === Object.prototype;
      if (typeof this[key] === 'object' && this[key] !== null && !isPlain)
        throw new Error('The harness carries JSON values only.');
      return value;
    });
    return copy;
  };
  const strict = (name, model) =>
    new Proxy(model, {
      get(target, key) {
        if (typeof key === 'string' && !(key in target))
          throw new Error(`${name}.${key} is not modelled by the harness.`);
        return target[key];
      },
    });
  const ipcRenderer = strict('ipcRenderer', {
    invoke: async (channel, ...args) => {
      const copy = cloned(args);
      lastReply += 1;
      const id = lastReply;
      const reply = new Promise((resolve, reject) => replies.set(id, { resolve, reject }));
      say({ kind: 'invoke', id, channel, args: copy });
      return reply;
    },
    send: (channel, ...args) => say({ kind: 'send', channel, args: cloned(args) }),
    on: (channel, listener) => listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
    off: (channel, listener) => {
      const rest = (listeners.get(channel) ?? []).filter((each) => each !== listener);
      listeners.set(channel, rest);
    },
  });
  const contextBridge = strict('contextBridge', {
    exposeInMainWorld: (key, value) => tell({ kind: 'expose', key, value: encode(value) }),
  });
  globalThis[own] = (message) => {
    if (message.kind === 'sent') {
      for (const listener of listeners.get(message.channel) ?? []) listener({ ports: [] }, ...message.args);
      return;
    }
    const { resolve, reject } = replies.get(message.id);
    replies.delete(message.id);
    if (message.ok) resolve(message.value);
    else reject(new Error(message.error));
  };
  const electron = strict('electron/renderer', { contextBridge, ipcRenderer });
  const requireModule = (name) => {
    if (['electron', 'electron/common', 'electron/renderer'].includes(name)) return electron;
    throw new Error(`module not found: ${name}`); // a sandboxed preload script has no other module we use
  };
  const module = { exports: {} };
  const process = Object.freeze({ type: 'renderer', sandboxed: true, contextIsolated: true, versions });
  try {
    preload(requireModule, process, module, module.exports);
  } catch (thrown) {
    say({ kind: 'fault', text: `The preload script failed: ${thrown}` });
  }
};
