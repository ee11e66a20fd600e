export type Encoding = 'br' | 'gzip';

/** Of an element of `Accept-Encoding` that refuses its coding: `br;q=0`. */
const REFUSED = /;\s*q\s*=\s*0(\.0*)?\s*$/;

const toCoding = (element: string): string => element.split(';')[0]?.trim().toLowerCase() ?? '';

/** The first of these codings that a client takes; undefined if it names none of them, as `curl` does by default. */
export const findEncoding = <T extends Encoding>(
  acceptEncoding: string | undefined,
  offered: readonly T[],
): T | undefined => {
  const elements = (acceptEncoding ?? '').split(',').filter((element) => !REFUSED.test(element));
  const accepted = new Set(elements.map(toCoding));
  return offered.find((encoding) => accepted.has(encoding));
};
