import type { GenerateInput } from '../../core/generate-input.ts';
import type { Message } from '../../core/message.ts';
import { toWellFormed } from '../../lib/to-well-formed.ts';
import type { Findings } from './findings.ts';

const MESSAGE = 'A text has half of a surrogate pair, a character cut in two: it is sent as U+FFFD.';

/** Most places that are named, each with a warning of its own. */
const MAX_NAMED = 20;

/**
 * The input with whole characters alone, warned of: vendors answer 400 to half of one, which clients make that cut texts by
 * their length in UTF-16 code units. `metadata` stays as it is, since no vendor is sent it.
 */
export const checkWellFormed = (input: GenerateInput, findings: Findings): GenerateInput => {
  let count = 0;
  const warn = (...path: readonly string[]): void => {
    count += 1;
    if (count <= MAX_NAMED)
      findings.warn('PARAMETER_COERCED', MESSAGE, { path: ['input', ...path], from: null, to: '\uFFFD' });
  };
  const { messages, metadata, ...fields } = input;
  const wholeFields = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const whole = toWellFormed(value);
      if (whole !== value) warn(name);
      return [name, whole];
    }),
  ) as typeof fields;
  const wholeMessages =
    messages?.map((message, index): Message => {
      const whole = toWellFormed(message);
      if (whole !== message) warn('messages', String(index), message.role);
      return whole;
    }) ?? null;
  return count === 0 ? input : { ...wholeFields, messages: wholeMessages, metadata };
};
