import type { ApiType, ModelConfig, ReasoningSupport } from '../../src/core/model-config.ts';
import type { JsonValue } from '../../src/core/json.ts';
import type { AssistantPart, Message, UserPart } from '../../src/core/message.ts';
import type { ReasoningSetting, TextRequest, Tool } from '../../src/core/text-request.ts';
import { createConfig, createRequest } from '../providers/text/openai/openai-harness.ts';
import type { Raw } from '../support/upstream/replay.ts';

/** What another client sent, told in this server's terms: what it would have to be asked for to send the same. */
export interface Retold {
  readonly config: ModelConfig;
  readonly request: TextRequest;
}

/** Thrown for a request that holds something nobody here would send. */
export class Untold extends Error {}

const text = (value: string): UserPart & { type: 'text' } => ({ type: 'text', text: value });

const asText = (content: Raw): string => {
  if (typeof content === 'string') return content;
  if (Array.isArray(content) && content.every((part: Raw) => typeof part.text === 'string'))
    return content.map((part: Raw) => part.text).join('');
  throw new Untold('content that is no text');
};

const calls = (message: Raw): AssistantPart[] =>
  (message.tool_calls ?? []).map((call: Raw) => ({
    type: 'tool-call' as const,
    callId: call.id,
    name: call.function.name,
    arguments: JSON.parse(call.function.arguments) as JsonValue,
    opaque: null,
  }));

const assistant = (content: Raw, more: AssistantPart[] = []): Message => ({
  role: 'assistant',
  parts: [...(asText(content ?? '') === '' ? [] : [text(asText(content))]), ...more],
});

const chatMessage = (message: Raw): Message => {
  switch (message.role) {
    case 'system':
      return { role: 'system', text: asText(message.content) };
    case 'user':
      return { role: 'user', parts: [text(asText(message.content))] };
    case 'assistant':
      return assistant(message.content, calls(message));
    case 'tool':
      return { role: 'tool', callId: message.tool_call_id, output: asText(message.content), isError: false };
    default:
      throw new Untold(`a message of the ${String(message.role)}`);
  }
};

const functionTool = (
  name: string,
  description: string | undefined,
  parameters: Raw,
  strict?: Raw,
): Tool => ({
  type: 'function',
  name,
  description: description ?? null,
  parameters,
  strict: strict ?? null,
});

const WEB_SEARCH: Tool = { type: 'built-in', tool: 'web_search' };

const toConfig = (
  apiType: ApiType,
  provider: string,
  apiModel: string,
  reasoning: ReasoningSupport,
): ModelConfig => createConfig(apiType, { provider, apiModel, reasoning });

const NONE: ReasoningSupport = { type: 'none' };
const EFFORTS: ReasoningSupport = { type: 'effort', values: ['low', 'medium', 'high'], default: null };

const AUTO = { type: 'auto' } as const;

const fromChat = (provider: string, body: Raw): Retold => ({
  config: toConfig('chat_completion', provider, body.model, NONE),
  request: createRequest({
    messages: body.messages.map(chatMessage),
    tools: [
      ...(body.tools ?? []).map(({ function: f }: Raw) =>
        functionTool(f.name, f.description, f.parameters, f.strict),
      ),
      ...(body.web_search_options ? [WEB_SEARCH] : []),
    ],
    toolChoice: body.tool_choice === 'auto' ? AUTO : null,
  }),
});

const responsesItem = (item: Raw): Message => {
  if (item.type === 'function_call')
    return {
      role: 'assistant',
      parts: [
        {
          type: 'tool-call',
          callId: item.call_id,
          name: item.name,
          arguments: JSON.parse(item.arguments) as JsonValue,
          opaque: null,
        },
      ],
    };
  if (item.type === 'function_call_output')
    return { role: 'tool', callId: item.call_id, output: item.output, isError: false };
  if (item.role === 'user') return { role: 'user', parts: [text(asText(item.content))] };
  if (item.role === 'assistant') return assistant(item.content);
  throw new Untold(`an item of type ${String(item.type)}`);
};

const responsesTool = (tool: Raw): Tool => {
  if (tool.type === 'web_search') return WEB_SEARCH;
  if (tool.type !== 'function') throw new Untold(`the tool ${String(tool.type)}`);
  return functionTool(tool.name, tool.description, tool.parameters, tool.strict);
};

const fromResponses = (provider: string, body: Raw): Retold => {
  const format = body.text?.format;
  const asked: ReasoningSetting = body.reasoning
    ? { type: 'effort', effort: body.reasoning.effort }
    : { type: 'provider-default' };
  return {
    config: toConfig('responses_api', provider, body.model, body.include ? EFFORTS : NONE),
    request: createRequest({
      system: body.instructions ?? null,
      messages: body.input.map(responsesItem),
      reasoning: asked,
      tools: (body.tools ?? []).map(responsesTool),
      toolChoice: body.tool_choice === 'auto' ? AUTO : null,
      ...(format && {
        output: { type: 'schema', name: format.name, schema: format.schema, strict: format.strict },
      }),
    }),
  };
};

const messagesTurn = ({ role, content }: Raw): Message[] => {
  const blocks: Raw[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  if (role === 'assistant')
    return [
      {
        role: 'assistant',
        parts: blocks.map((block): AssistantPart => {
          if (block.type === 'text') return text(block.text);
          if (block.type !== 'tool_use') throw new Untold(`a block of type ${String(block.type)}`);
          return {
            type: 'tool-call',
            callId: block.id,
            name: block.name,
            arguments: block.input,
            opaque: null,
          };
        }),
      },
    ];
  return blocks.map((block): Message => {
    if (block.type === 'text') return { role: 'user', parts: [text(block.text)] };
    if (block.type !== 'tool_result') throw new Untold(`a block of type ${String(block.type)}`);
    return { role: 'tool', callId: block.tool_use_id, output: asText(block.content), isError: false };
  });
};

const messagesTool = (tool: Raw): Tool => {
  if (tool.type?.startsWith('web_search')) return WEB_SEARCH;
  if (tool.type !== undefined && tool.type !== 'custom') throw new Untold(`the tool ${String(tool.type)}`);
  return functionTool(tool.name, tool.description, tool.input_schema);
};

const fromMessages = (provider: string, body: Raw): Retold => {
  const budget = body.thinking?.budget_tokens;
  return {
    config: toConfig('messages', provider, body.model, {
      type: 'budget',
      min: 1024,
      max: null,
      canDisable: true,
      dynamic: false,
    }),
    request: createRequest({
      system: body.system === undefined ? null : asText(body.system),
      messages: body.messages.flatMap(messagesTurn),
      maxOutputTokens: body.max_tokens,
      reasoning: budget === undefined ? { type: 'provider-default' } : { type: 'budget', tokens: budget },
      tools: (body.tools ?? []).map(messagesTool),
    }),
  };
};

const contentTurn = ({ role, parts }: Raw): Message => {
  if (role === 'user' && parts.every((part: Raw) => typeof part.text === 'string'))
    return { role: 'user', parts: parts.map((part: Raw) => text(part.text)) };
  throw new Untold('a turn that is not a user text');
};

const fromContent = (provider: string, body: Raw, path: string): Retold => {
  const { thinkingConfig, responseJsonSchema } = body.generationConfig ?? {};
  return {
    config: toConfig('generate_content', provider, /models\/([^:]+)/.exec(path)?.[1] ?? '', {
      type: 'level',
      values: ['low', 'high'],
      default: null,
    }),
    request: createRequest({
      system: body.systemInstruction === undefined ? null : asText(body.systemInstruction.parts),
      messages: body.contents.map(contentTurn),
      reasoning:
        thinkingConfig === undefined
          ? { type: 'provider-default' }
          : { type: 'effort', effort: thinkingConfig.thinkingLevel },
      ...(responseJsonSchema && {
        output: { type: 'schema', name: 'x', schema: responseJsonSchema, strict: true },
      }),
      tools: (body.tools ?? []).flatMap((tool: Raw): Tool[] =>
        tool.googleSearch
          ? [WEB_SEARCH]
          : tool.functionDeclarations.map((declared: Raw) =>
              functionTool(
                declared.name,
                declared.description,
                declared.parametersJsonSchema ?? declared.parameters_json_schema ?? declared.parameters,
              ),
            ),
      ),
    }),
  };
};

/** Throws `Untold` for what has no words here. */
export const retell = (provider: string, path: string, body: Raw): Retold => {
  if (path.endsWith('/chat/completions')) return fromChat(provider, body);
  if (path.endsWith('/responses')) return fromResponses(provider, body);
  if (path.endsWith('/messages')) return fromMessages(provider, body);
  if (/:(streamG|g)enerateContent$/.test(path)) return fromContent(provider, body, path);
  throw new Untold(`a request to ${path}`);
};

/** Words that mean one thing written in two ways. */
const normal = (value: Raw, field = ''): Raw => {
  if (field === 'arguments' && typeof value === 'string') return JSON.parse(value);
  if (field === 'thinkingLevel') return String(value).toLowerCase();
  if (['content', 'system'].includes(field) && (typeof value === 'string' || value === null))
    return value === null || value === '' ? [] : [{ text: value }];
  if (Array.isArray(value))
    return value
      .filter((item: Raw) => !(item?.role === 'assistant' && item.content === '' && !item.tool_calls))
      .map((item) => normal(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, normal(part, name)]));
};

const differences = (ours: Raw, theirs: Raw, path: string): string[] => {
  const told = (): string => `${path}: ${JSON.stringify(ours)} is not ${JSON.stringify(theirs)}`;
  if (Array.isArray(ours) && Array.isArray(theirs))
    return ours.length === theirs.length
      ? ours.flatMap((item, index) => differences(item, theirs[index], `${path}[${index}]`))
      : [told()];
  if (typeof ours !== 'object' || typeof theirs !== 'object' || ours === null || theirs === null)
    return ours === theirs ? [] : [told()];
  return Object.keys(ours)
    .filter((name) => Object.hasOwn(theirs, name))
    .flatMap((name) => differences(ours[name], theirs[name], `${path}.${name}`));
};

/** Where two bodies that are to say the same say different things, in the fields that both have. */
export const compareBodies = (ours: Raw, theirs: Raw): readonly string[] =>
  differences(normal(ours), normal(theirs), 'body');

/** The fields of the recorded body that ours has as well. */
export const sharedFields = (ours: Raw, theirs: Raw): readonly string[] =>
  Object.keys(theirs).filter((name) => Object.hasOwn(ours, name));
