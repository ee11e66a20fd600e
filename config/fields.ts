import { z } from 'zod';
import { isDay, isMonth } from '../src/core/utc-day.ts';

/** US dollars per million tokens that no model costs: a dollar for each token. */
const MAX_PRICE = 1_000_000;

/** A number of tokens or things, as GraphQL's Int holds it. */
export const count = z.int32().positive();

/** US dollars per million tokens. */
export const dollars = z.number().nonnegative().max(MAX_PRICE);

export const day = z.string().refine(isDay, 'must be a day such as 2026-01-31');

export const monthOrDay = z
  .string()
  .refine((text) => isMonth(text) || isDay(text), 'must be a month or a day such as 2026-01');

/** Text for people: one line, without control characters and halves of characters. */
export const line = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(200, 'must have no more than 200 characters')
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must have no control characters');

/** An id as it is sent upstream, where it may be a part of an address. Servers of an operator's own have freer ids. */
export const upstreamId = line.refine(
  (id) => /^[^\s?#%\\]+$/.test(id) && !id.includes('..'),
  'must be an id without spaces, ? # % \\ and two dots in a row',
);
