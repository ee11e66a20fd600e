import { ProviderError } from '../../../core/errors.ts';
import type { JsonValue } from '../../../core/json.ts';
import type { ProviderLog } from '../../../core/text-provider.ts';
import { parseJson } from '../../../lib/parse-json.ts';

export interface RawToolCall {
  readonly callId: string;
  readonly name: string;
  /** As the vendor sent them, all fragments joined. */
  readonly arguments: string;
}

/** The arguments of a complete call. None at all, which some vendors send for a tool without parameters, is `{}`. */
export const findArguments = ({ arguments: raw }: RawToolCall): JsonValue | undefined => {
  if (raw.trim() === '') return {};
  const value = parseJson(raw) as JsonValue | undefined;
  return value === null ? {} : value;
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
