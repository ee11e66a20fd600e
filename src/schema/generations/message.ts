import type {
  AssistantMessage,
  AssistantPart,
  MediaPart,
  Message,
  ReasoningPart,
  ToolMessage,
  UserPart,
} from '../../core/message.ts';
import type { ToolCall } from '../../core/generation.ts';
import { builder } from '../builder.ts';
import { ToolCallType } from './generation-parts.ts';

const MediaInfoType = builder.objectRef<MediaPart>('MediaInfo').implement({
  description: 'An image, audio or a document in a message, without its bytes.',
  fields: (t) => ({
    mediaType: t.string({
      description: 'The media type, such as `image/png`.',
      resolve: ({ mediaType }) => mediaType ?? 'application/octet-stream',
    }),
    bytes: t.int({
      nullable: true,
      description: 'The size; null if the bytes are elsewhere.',
      resolve: ({ source }) => (source.type === 'base64' ? Buffer.byteLength(source.data, 'base64') : null),
    }),
    url: t.string({
      nullable: true,
      description: 'The address of the bytes, if they are given by address.',
      resolve: ({ source }) => (source.type === 'url' ? source.url : null),
    }),
  }),
});

const mediaOf = (type: MediaPart['type']) => (part: UserPart) => (part.type === type ? part : null);

const ContentPartType = builder.objectRef<UserPart>('ContentPart').implement({
  description: 'A part of a user message: exactly one of the fields is not null.',
  fields: (t) => ({
    text: t.string({
      nullable: true,
      description: 'Text.',
      resolve: (part) => (part.type === 'text' ? part.text : null),
    }),
    image: t.field({
      type: MediaInfoType,
      nullable: true,
      description: 'An image.',
      resolve: mediaOf('image'),
    }),
    audio: t.field({ type: MediaInfoType, nullable: true, description: 'Audio.', resolve: mediaOf('audio') }),
    file: t.field({
      type: MediaInfoType,
      nullable: true,
      description: 'A document.',
      resolve: mediaOf('file'),
    }),
  }),
});

const ReasoningPartType = builder.objectRef<ReasoningPart>('ReasoningPart').implement({
  description: 'Reasoning of the model, with what the provider needs to go on from it.',
  fields: (t) => ({
    text: t.exposeString('text', {
      nullable: true,
      description: 'The text; null if the provider does not show it.',
    }),
    signature: t.string({
      nullable: true,
      description:
        'Opaque state of the provider: of the reasoning, of the calls of built-in tools and of the order of all that the model gave. Send it back as it is.',
      resolve: ({ opaque }) => opaque,
    }),
    provider: t.string({
      description: 'The provider that the reasoning and its state belong to: no other one is sent them.',
      resolve: ({ provider }) => provider ?? '',
    }),
  }),
});

const isType =
  <T extends AssistantPart['type']>(type: T) =>
  (part: AssistantPart): part is Extract<AssistantPart, { type: T }> =>
    part.type === type;

const AssistantMessageType = builder.objectRef<AssistantMessage>('AssistantMessage').implement({
  description: 'A message of the model.',
  fields: (t) => ({
    text: t.string({
      nullable: true,
      description: 'The text; null if there is none.',
      resolve: ({ parts }) =>
        parts
          .filter(isType('text'))
          .map(({ text }) => text)
          .join('') || null,
    }),
    reasoning: t.field({
      type: [ReasoningPartType],
      description: 'The reasoning, and the state of the provider.',
      resolve: ({ parts }) => parts.filter(isType('reasoning')),
    }),
    toolCalls: t.field({
      type: [ToolCallType],
      description: 'The tool calls, except those of built-in tools, which are part of the state.',
      resolve: ({ parts }) =>
        parts
          .filter(isType('tool-call'))
          .map((call): ToolCall => ({ ...call, builtIn: false, result: null })),
    }),
  }),
});

const ToolResultType = builder.objectRef<ToolMessage>('ToolResult').implement({
  description: 'The result of a tool call, as it was submitted.',
  fields: (t) => ({
    callId: t.exposeID('callId', { description: 'The call that this is the result of.' }),
    output: t.expose('output', { type: 'JSON', description: 'The result.' }),
    isError: t.exposeBoolean('isError', { description: 'Whether the tool failed.' }),
  }),
});

export const MessageType = builder.objectRef<Message>('Message').implement({
  description:
    'One turn of a conversation, in the shape of MessageInput: exactly one of the fields is not null. Without its nulls and `__typename` it can be sent back as it is.',
  fields: (t) => ({
    assistant: t.field({
      type: AssistantMessageType,
      nullable: true,
      description: 'A message of the model.',
      resolve: (message) => (message.role === 'assistant' ? message : null),
    }),
    tool: t.field({
      type: ToolResultType,
      nullable: true,
      description: 'The result of a tool call.',
      resolve: (message) => (message.role === 'tool' ? message : null),
    }),
    user: t.field({
      type: [ContentPartType],
      nullable: true,
      description: 'A message of the user: its parts, in order.',
      resolve: (message) => (message.role === 'user' ? message.parts : null),
    }),
    system: t.string({
      nullable: true,
      description: 'Instructions.',
      resolve: (message) => (message.role === 'system' ? message.text : null),
    }),
  }),
});
