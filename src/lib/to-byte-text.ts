import { Buffer } from 'node:buffer';

/** The UTF-8 bytes of a text as a string of one character each, to be written as `latin1`, which costs a stream the least. */
export const toByteText = (text: string): string =>
  // Of the same length only where all of it is ASCII.
  Buffer.byteLength(text) === text.length ? text : Buffer.from(text).toString('latin1');

/** The text of which `toByteText` has given the bytes. */
export const fromByteText = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');
