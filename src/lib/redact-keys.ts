/** Vendors quote the key they refuse, whole or with stars in it. */
const KEY = /\b(sk|pk|rk|xai|gsk|pplx|mg|AIza)[-_]?[\w*.-]{6,}/g;

/** A text with everything that looks like an API key taken out of it. */
export const redactKeys = (text: string | null): string | null =>
  text === null ? null : text.replaceAll(KEY, '[key]').replaceAll(/Bearer \S+/gi, 'Bearer [key]');
