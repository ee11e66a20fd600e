import type {
  ResponseCreateParamsBase,
  ResponseCreateParamsNonStreaming,
  ResponseCreateParamsStreaming,
  ResponseFormatTextConfig,
  Tool as ResponsesTool,
} from 'openai/resources/responses/responses';
import type { ModelConfig } from '../../../../core/model-config.ts';
import type { OutputFormat, TextRequest, Tool, ToolChoice } from '../../../../core/text-request.ts';
import { toVendorMessages } from '../../../shared/to-vendor-messages.ts';
import { putOver } from '../../../shared/call/put-over.ts';
import { convertToResponsesFormat } from './convert-to-responses-format.ts';
import type { ResponsesDialect } from '../dialect.ts';
import { unsupportedPart } from '../../../shared/unsupported-part.ts';
import { given } from '../chat/to-chat-request.ts';

/** The body of a waiting Responses call: known fields, nothing for what was not given, the caller's own over them. */
export const toResponsesRequest = (
  request: TextRequest,
  config: ModelConfig,
  dialect: ResponsesDialect,
): ResponseCreateParamsNonStreaming => {
  const convert = dialect.convertToResponsesFormat ?? convertToResponsesFormat;
  const messages = toVendorMessages(request.messages, config);
  const { instructions, input } = convert(messages, request.system);
  const { include: reasoningInclude, ...reasoningFields } = dialect.reasoningFields(request, config);
  const include = [...asStrings(reasoningInclude), ...dialect.includeFor(request)];
  const text = {
    ...(dialect.outputFields === undefined && given('format', toTextFormat(request.output))),
    ...given('verbosity', request.verbosity),
  };
  const fields: ResponseCreateParamsBase = {
    model: config.apiModel,
    ...given('instructions', instructions),
    input,
    max_output_tokens: request.maxOutputTokens,
    ...dialect.fields,
    ...reasoningFields,
    ...dialect.cacheFields?.(request, config),
    ...(include.length > 0 && { include: include as NonNullable<ResponseCreateParamsBase['include']> }),
    ...given('temperature', request.temperature),
    ...given('top_p', request.topP),
    ...(Object.keys(text).length > 0 && { text }),
    ...dialect.outputFields?.(request.output),
    ...(request.tools.length > 0 && {
      tools: request.tools.map((tool) => toResponsesTool(tool, dialect)),
      ...given('tool_choice', toResponsesToolChoice(request.toolChoice, dialect)),
      ...given('parallel_tool_calls', request.parallelToolCalls),
    }),
  };
  return putOver(fields, request.providerOptions) as ResponseCreateParamsNonStreaming;
};

/** The same body for a stream. */
export const toResponsesStreamRequest = (
  request: TextRequest,
  config: ModelConfig,
  dialect: ResponsesDialect,
): ResponseCreateParamsStreaming => ({
  ...toResponsesRequest(request, config, dialect),
  stream: true,
  ...given('stream_options', dialect.streamOptions),
});

const asStrings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

const toResponsesTool = (tool: Tool, { toBuiltInTool }: ResponsesDialect): ResponsesTool => {
  if (tool.type === 'function')
    return {
      type: 'function',
      name: tool.name,
      ...given('description', tool.description),
      parameters: tool.parameters as Record<string, unknown>,
      // Left out, this API would make the schema strict and with it every parameter required.
      strict: tool.strict ?? false,
    };
  const own: object | undefined = toBuiltInTool?.(tool.tool);
  if (own !== undefined) return own as ResponsesTool;
  switch (tool.tool) {
    case 'web_search':
      return { type: 'web_search' };
    case 'code_interpreter':
      return { type: 'code_interpreter', container: { type: 'auto' } };
    case 'url_context':
      throw unsupportedPart('the built-in tool url_context', 'Choose another model.');
  }
};

type ResponsesToolChoice = NonNullable<ResponseCreateParamsBase['tool_choice']>;

const toResponsesToolChoice = (
  choice: ToolChoice | null,
  { toToolChoice }: ResponsesDialect,
): ResponsesToolChoice | null => {
  if (choice === null) return null;
  if (toToolChoice !== undefined) return (toToolChoice(choice) ?? null) as ResponsesToolChoice | null;
  return choice.type === 'function' ? { type: 'function', name: choice.name } : choice.type;
};

const toTextFormat = (output: OutputFormat): ResponseFormatTextConfig | null => {
  switch (output.type) {
    case 'text':
      return null;
    case 'json':
      return { type: 'json_object' };
    case 'schema':
      return {
        type: 'json_schema',
        name: output.name,
        schema: output.schema as Record<string, unknown>,
        strict: output.strict,
      };
  }
};
