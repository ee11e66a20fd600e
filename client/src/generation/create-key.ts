/** A random UUID. `crypto.randomUUID` is there in secure contexts only, which a page at http://192.168.0.2 is not. */
export const createKey = (): string => {
  const { crypto } = globalThis;
  if (typeof crypto?.randomUUID === 'function') return crypto.randomUUID();
  const bytes =
    crypto?.getRandomValues?.(new Uint8Array(16)) ??
    Uint8Array.from({ length: 16 }, () => Math.random() * 256);
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
};
