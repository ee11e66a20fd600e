import { ProviderError } from '../../../core/errors.ts';
import type { JsonValue } from '../../../core/json.ts';
import type { ProviderLog } from '../../../core/text-provider.ts';
import { parseExactJson } from '../../../lib/exact-json.ts';

export interface RawToolCall {
  readonly callId: string;
  readonly name: string;
  /** As the vendor sent them, all fragments joined. */
  readonly arguments: string;
}

/**
 * The arguments of a complete call, with the digits of its numbers as they came. None at all, which some vendors send for a
 * tool without parameters, is `{}`; so is null. JSON of a text that is JSON of an object, as some models write it, is that
 * object: no tool takes a text alone. undefined when they are no JSON.
 */
export const findArguments = ({ arguments: raw }: RawToolCall): JsonValue | undefined => {
  if (raw.trim() === '') return {};
  const value = (parseExactJson(raw) ?? parseExactJson(withoutEmptyObject(raw))) as JsonValue | undefined;
  if (typeof value !== 'string') return value === null ? {} : value;
  const inner = value.trimStart().startsWith('{')
    ? (parseExactJson(value) as JsonValue | undefined)
    : undefined;
  return inner ?? value;
};

/** Gateways send `{}` before or after the real arguments, for the fragment that has none. */
const withoutEmptyObject = (raw: string): string => {
  const text = raw.trim();
  if (text.startsWith('{}')) return text.slice(2);
  return text.endsWith('}{}') ? text.slice(0, -2) : text;
};

/** For a call whose arguments are no JSON: the raw text goes to this server's log and nowhere else. */
export const unparsableArguments = (call: RawToolCall, provider: string, log: ProviderLog): ProviderError => {
  log.warn(
    { provider, callId: call.callId, tool: call.name, arguments: call.arguments },
    'a tool call has arguments that are no JSON',
  );
  return new ProviderError('PROVIDER_FAILED', {
    provider,
    vendorMessage: `the arguments of the tool call ${call.name} are no JSON`,
  });
};
