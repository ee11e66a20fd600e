import type {
  ChatCompletionCreateParamsBase,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionTool,
} from 'openai/resources/chat/completions';
import type { ModelConfig } from '../../../../core/model-config.ts';
import type { OutputFormat, TextRequest, Tool, ToolChoice } from '../../../../core/text-request.ts';
import { toVendorMessages } from '../../../shared/to-vendor-messages.ts';
import { putOver } from '../../../shared/call/put-over.ts';
import { convertToChatCompletionsFormat } from './convert-to-chat-completions-format.ts';
import type { ChatDialect } from '../dialect.ts';
import { unsupportedPart } from '../../../shared/unsupported-part.ts';

/** The body of a waiting Chat Completions call: known fields, nothing for what was not given, the caller's own over them. */
export const toChatRequest = (
  request: TextRequest,
  config: ModelConfig,
  dialect: ChatDialect,
): ChatCompletionCreateParamsNonStreaming => {
  const tools = request.tools.filter((tool) => !isWebSearch(tool));
  const fields: ChatCompletionCreateParamsBase = {
    model: config.apiModel,
    messages: convertToChatCompletionsFormat(
      toVendorMessages(request.messages, config),
      request.system,
      dialect.replayFor?.(request) ?? dialect,
    ),
    [dialect.maxTokensField]: request.maxOutputTokens,
    ...given('temperature', request.temperature),
    ...given('top_p', request.topP),
    ...given('stop', request.stopSequences === null ? null : [...request.stopSequences]),
    ...given('seed', request.seed),
    ...given('presence_penalty', request.presencePenalty),
    ...given('frequency_penalty', request.frequencyPenalty),
    ...given('verbosity', request.verbosity),
    ...dialect.reasoningFields(request, config),
    ...dialect.cacheFields?.(request, config),
    ...(request.tools.some(isWebSearch) && { web_search_options: {} }),
    ...(tools.length > 0 && {
      tools: tools.map(toChatTool),
      ...given('tool_choice', request.toolChoice === null ? null : toChatToolChoice(request.toolChoice)),
      ...given('parallel_tool_calls', request.parallelToolCalls),
    }),
    ...given('response_format', toResponseFormat(request.output)),
  };
  return putOver(fields, request.providerOptions) as ChatCompletionCreateParamsNonStreaming;
};

/** The same body for a stream, which reports its usage if this vendor can be asked to. */
export const toChatStreamRequest = (
  request: TextRequest,
  config: ModelConfig,
  dialect: ChatDialect,
): ChatCompletionCreateParamsStreaming => ({
  ...toChatRequest(request, config, dialect),
  stream: true,
  ...(dialect.streamOptions !== null && {
    stream_options: { include_usage: true, ...dialect.streamOptions },
  }),
});

/** `{[name]: value}`, or nothing for null. */
export const given = <const N extends string, V>(name: N, value: V | null): { [K in N]?: V } =>
  (value === null ? {} : { [name]: value }) as { [K in N]?: V };

const isWebSearch = (tool: Tool): boolean => tool.type === 'built-in' && tool.tool === 'web_search';

const toChatTool = (tool: Tool): ChatCompletionTool => {
  if (tool.type === 'built-in')
    throw unsupportedPart(`the built-in tool ${tool.tool} with Chat Completions`, 'Choose another model.');
  return {
    type: 'function',
    function: {
      name: tool.name,
      ...given('description', tool.description),
      parameters: tool.parameters as Record<string, unknown>,
      ...given('strict', tool.strict),
    },
  };
};

const toChatToolChoice = (choice: ToolChoice): NonNullable<ChatCompletionCreateParamsBase['tool_choice']> =>
  choice.type === 'function' ? { type: 'function', function: { name: choice.name } } : choice.type;

const toResponseFormat = (
  output: OutputFormat,
): NonNullable<ChatCompletionCreateParamsBase['response_format']> | null => {
  switch (output.type) {
    case 'text':
      return null;
    case 'json':
      return { type: 'json_object' };
    case 'schema':
      return {
        type: 'json_schema',
        json_schema: {
          name: output.name,
          schema: output.schema as Record<string, unknown>,
          strict: output.strict,
        },
      };
  }
};
