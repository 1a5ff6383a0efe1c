// Injected as text into the page's own world, before any script of the page: shows there what the preload script exposes, and lets
// window.open ask the host, which never opens anything.
(link, own, other) => {
  if (window !== window.top) return;
  const { tell, encode } = link(own, other, (message, decode) => {
    if (message.kind !== 'expose') return;
    const value = Object.freeze(decode(message.value));
    Object.defineProperty(window, message.key, { value, enumerable: true });
  });
  window.open = (url) => {
    tell({ kind: 'open', url: encode(String(url ?? '')) });
    return null;
  };
};
