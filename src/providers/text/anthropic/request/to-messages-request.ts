import type Anthropic from '@anthropic-ai/sdk';
import { ModelgraphError } from '../../../../core/errors.ts';
import type { ModelConfig, PromptCache } from '../../../../core/model-config.ts';
import type { OutputFormat, TextRequest } from '../../../../core/text-request.ts';
import { toVendorMessages } from '../../../shared/to-vendor-messages.ts';
import { putOver } from '../../../shared/call/put-over.ts';
import { convertToMessagesFormat } from './convert-to-messages-format.ts';
import { toReasoningFields } from './to-reasoning-fields.ts';
import { toTool, toToolChoice } from './to-tools.ts';

export type MessagesRequest = Omit<Anthropic.MessageCreateParamsNonStreaming, 'stream'>;

/**
 * The body of a request: known fields, nothing for what was not given, the caller's own over them. There are no sampling
 * settings: API version 2026-10-21 has none and no model of its catalogue offers one.
 * Throws `UNSUPPORTED_CAPABILITY` for JSON without a schema, which this API has no setting for.
 */
export const toMessagesRequest = (request: TextRequest, config: ModelConfig): MessagesRequest => {
  const conversation = toVendorMessages(request.messages, config);
  const { system, messages } = convertToMessagesFormat(conversation, request.system);
  const { thinking, effort } = toReasoningFields(request, config);
  const format = toFormat(request.output);
  const toolChoice = toToolChoice(request);
  const cacheControl = mapCache(request.cache);
  const body: MessagesRequest = {
    model: config.apiModel,
    max_tokens: request.maxOutputTokens,
    ...(system !== null && { system }),
    messages,
    ...(thinking !== null && { thinking }),
    ...((effort !== null || format !== null) && {
      output_config: { ...(effort !== null && { effort }), ...(format !== null && { format }) },
    }),
    ...(request.stopSequences !== null &&
      request.stopSequences.length > 0 && { stop_sequences: [...request.stopSequences] }),
    ...(request.tools.length > 0 && { tools: request.tools.map(toTool) }),
    ...(toolChoice !== null && { tool_choice: toolChoice }),
    ...(cacheControl !== null && { cache_control: cacheControl }),
  };
  return putOver(body, request.providerOptions);
};

/** Nothing is cached that was not asked for. */
const mapCache = (cache: PromptCache): Anthropic.CacheControlEphemeral | null => {
  switch (cache) {
    case 'provider-default':
    case 'off':
      return null;
    case 'short':
      return { type: 'ephemeral', ttl: '5m' };
    case 'long':
      return { type: 'ephemeral', ttl: '1h' };
  }
};

const toFormat = (output: OutputFormat): Anthropic.JSONOutputFormat | null => {
  switch (output.type) {
    case 'text':
      return null;
    case 'json':
      throw new ModelgraphError(
        'UNSUPPORTED_CAPABILITY',
        "The provider's API does not take JSON output without a schema. Give a schema.",
      );
    case 'schema':
      return { type: 'json_schema', schema: output.schema as Record<string, unknown> };
  }
};
