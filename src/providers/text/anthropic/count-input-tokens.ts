import type Anthropic from '@anthropic-ai/sdk';
import type { ModelConfig } from '../../../core/model-config.ts';
import type { TokenCountingProvider } from '../../../core/token-counting.ts';
import { callVendor } from '../../shared/batch/vendor-call.ts';
import { readTokenCount } from '../../shared/reading/read-token-count.ts';
import { mapError } from './map-error.ts';
import { type MessagesRequest, toMessagesRequest } from './request/to-messages-request.ts';

const PATH = '/v1/messages/count_tokens';

/** The fields that the endpoint takes; one that it does not know is a 400. */
const COUNTED = ['model', 'messages', 'system', 'tools', 'tool_choice', 'thinking', 'output_config'] as const;

const toCountedRequest = (request: MessagesRequest): Partial<MessagesRequest> =>
  Object.fromEntries(COUNTED.flatMap((name) => (name in request ? [[name, request[name]]] : [])));

/** https://platform.claude.com/docs/en/build-with-claude/token-counting: free of charge, for every Claude. */
export const createTokenCounting = (
  client: Anthropic,
  provider: string,
  config: ModelConfig,
): TokenCountingProvider['countInputTokens'] => {
  return async (request, { signal }) => {
    const body = toCountedRequest(toMessagesRequest(request, config));
    const answer = await callVendor(
      () => client.post<Partial<Anthropic.MessageTokensCount>>(PATH, { body, signal }),
      { provider, signal, mapError },
    );
    return readTokenCount(answer.input_tokens, provider);
  };
};
