/** 122 random bits. `crypto.randomUUID` is absent from pages that did not come over https. */
export const createId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
