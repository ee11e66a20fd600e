import type OpenAI from 'openai';
import type { TextRequest } from '../../../../core/text-request.ts';
import type { TokenCountingProvider } from '../../../../core/token-counting.ts';
import { isRecord } from '../../../../lib/is-record.ts';
import { callVendor } from '../../../shared/batch/vendor-call.ts';
import { readTokenCount } from '../../../shared/reading/read-token-count.ts';
import { mapError } from '../map-error.ts';

/** The fields of a response's body that the endpoint takes. */
const COUNTED = [
  'model',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'reasoning',
  'text',
];

export interface TokenCountingOptions {
  readonly client: OpenAI;
  readonly provider: string;
  readonly toBody: (request: TextRequest) => object;
}

/** https://developers.openai.com/api/reference/responses/input-tokens. */
export const createTokenCounting =
  ({ client, provider, toBody }: TokenCountingOptions): TokenCountingProvider['countInputTokens'] =>
  async (request, { signal }) => {
    const body = Object.fromEntries(
      Object.entries(toBody(request)).filter(([name]) => COUNTED.includes(name)),
    );
    const answer: unknown = await callVendor(() => client.post('/responses/input_tokens', { body, signal }), {
      provider,
      signal,
      mapError: (error) => mapError(error, provider),
    });
    return readTokenCount(isRecord(answer) ? answer['input_tokens'] : undefined, provider);
  };
