import { rejection } from '../../core/errors.ts';
import {
  type AssistantPart,
  type ImageDetail,
  MAX_MEDIA_BYTES,
  type MediaSource,
  type Message,
  type ToolMessage,
  type UserPart,
} from '../../core/message.ts';
import { builder } from '../builder.ts';
import { defineEnum } from '../define-enum.ts';

const ImageDetailEnum = defineEnum<ImageDetail>(
  'ImageDetail',
  'The resolution at which the model reads an image.',
  {
    auto: 'The provider decides.',
    low: 'Low, for few tokens.',
    high: 'High, for more tokens.',
  },
);

const MediaSourceInput = builder.inputType('MediaSourceInput', {
  isOneOf: true,
  description: 'The source of the bytes.',
  fields: (t) => ({
    url: t.string({
      description: 'An https address. It is passed to the provider if that can fetch it itself.',
    }),
    base64: t.string({ description: 'The bytes in base64, without a data URL around them.' }),
    upload: t.field({
      type: 'File',
      description:
        'A part of a GraphQL multipart request; over HTTP only, with the header graphql-require-preflight.',
    }),
    providerFileId: t.string({ description: 'The id of a file that was uploaded to the provider before.' }),
  }),
});

const MediaInput = builder.inputType('MediaInput', {
  description: 'An image, audio or a document, of at most 20 MiB. The type is detected from the bytes.',
  fields: (t) => ({
    source: t.field({ type: MediaSourceInput, required: true, description: 'The source of the bytes.' }),
    mediaType: t.string({
      description: 'The media type, such as `image/png`, if it is known. It must match the bytes.',
    }),
    filename: t.string({
      description:
        'The name of a document, which the model sees. Left out, with a warning, if the API of the model has no field for it.',
    }),
    detail: t.field({
      type: ImageDetailEnum,
      description: 'The resolution at which the model reads an image.',
    }),
  }),
});

const ContentPartInput = builder.inputType('ContentPartInput', {
  isOneOf: true,
  description: 'A part of a user message.',
  fields: (t) => ({
    text: t.string({ description: 'Text.' }),
    image: t.field({ type: MediaInput, description: 'A PNG, JPEG, GIF or WebP image.' }),
    audio: t.field({ type: MediaInput, description: 'Audio: WAV, MP3, FLAC, Ogg or MP4.' }),
    file: t.field({ type: MediaInput, description: 'A PDF document.' }),
  }),
});

const ReasoningPartInput = builder.inputType('ReasoningPartInput', {
  description: 'Reasoning of an earlier turn.',
  fields: (t) => ({
    text: t.string({ description: 'The text, as received.' }),
    signature: t.string({
      description:
        "The provider's opaque state, as received: at most 2 Mi characters. What is no state of the provider in it is left out.",
    }),
    provider: t.string({
      description:
        'The provider that the reasoning belongs to, as received. A request to another provider is sent without it, with the warning STATE_NOT_PORTABLE.',
    }),
  }),
});

const ToolCallInput = builder.inputType('ToolCallInput', {
  description: 'A tool call of an earlier turn.',
  fields: (t) => ({
    callId: t.id({ required: true, description: 'The id of the call, as received.' }),
    name: t.string({ required: true, description: 'The name of the tool.' }),
    arguments: t.field({ type: 'JSON', required: true, description: 'The arguments, as received.' }),
    signature: t.string({ description: "The provider's opaque state, as received." }),
  }),
});

const AssistantMessageInput = builder.inputType('AssistantMessageInput', {
  description: 'A message of the model in an earlier turn.',
  fields: (t) => ({
    text: t.string({ description: 'The text.' }),
    toolCalls: t.field({
      type: [ToolCallInput],
      description: 'The tool calls that the model made, except those of built-in tools.',
    }),
    reasoning: t.field({
      type: [ReasoningPartInput],
      description: 'The reasoning, for models that require it in the next request.',
    }),
  }),
});

export const ToolResultInput = builder.inputType('ToolResultInput', {
  description: 'The result of a tool call.',
  fields: (t) => ({
    callId: t.id({ required: true, description: 'The call that this is the result of.' }),
    output: t.field({
      type: 'JSON',
      required: true,
      description: 'The result: a string is sent as text, anything else as JSON.',
    }),
    isError: t.boolean({
      required: true,
      defaultValue: false,
      description:
        'Whether the tool failed; the output then describes the failure. A provider without such a mark gets the output alone.',
    }),
  }),
});

export const MessageInput = builder.inputType('MessageInput', {
  isOneOf: true,
  description: 'One turn of a conversation.',
  fields: (t) => ({
    system: t.string({
      description: 'Instructions. Leading system messages are joined with `system` of the request.',
    }),
    user: t.field({ type: [ContentPartInput], description: 'A message of the user: its parts, in order.' }),
    assistant: t.field({ type: AssistantMessageInput, description: 'A message of the model.' }),
    tool: t.field({ type: ToolResultInput, description: 'The result of a tool call that the model made.' }),
  }),
});

const refuse = (path: readonly string[], message: string): never => {
  throw rejection('INVALID_REQUEST', path, message);
};

/** The base64 of each upload: several parts may refer to the same large file, which is read once. */
const encoded = new WeakMap<File, Promise<string>>();

const toBase64 = (file: File): Promise<string> => {
  const known = encoded.get(file);
  if (known !== undefined) return known;
  const reading = file.arrayBuffer().then((bytes) => Buffer.from(bytes).toString('base64'));
  encoded.set(file, reading);
  return reading;
};

const toMediaSource = async (
  source: typeof MediaSourceInput.$inferInput,
  path: readonly string[],
): Promise<MediaSource> => {
  if (typeof source.url === 'string') return { type: 'url', url: source.url };
  if (typeof source.base64 === 'string') return { type: 'base64', data: source.base64 };
  if (typeof source.providerFileId === 'string')
    return { type: 'provider-file', fileId: source.providerFileId };
  if (!source.upload) return refuse(path, 'The source is empty.');
  // The upload is on disk and may be as large as the file of a batch: it must not be read before this check.
  const { size } = source.upload;
  if (size > MAX_MEDIA_BYTES) return refuse(path, `There are ${size} bytes, more than ${MAX_MEDIA_BYTES}.`);
  return { type: 'base64', data: await toBase64(source.upload) };
};

const toUserPart = async (
  part: typeof ContentPartInput.$inferInput,
  path: readonly string[],
): Promise<UserPart> => {
  if (typeof part.text === 'string') return { type: 'text', text: part.text };
  const media = part.image ?? part.audio ?? part.file;
  if (!media) return refuse(path, 'The part is empty.');
  const kind = (['image', 'audio', 'file'] as const).find((name) => part[name]) ?? 'file';
  const source = await toMediaSource(media.source, [...path, kind, 'source']);
  const mediaType = media.mediaType ?? null;
  if (part.image) return { type: 'image', source, mediaType, detail: media.detail ?? null };
  if (part.audio) return { type: 'audio', source, mediaType };
  return { type: 'file', source, mediaType, filename: media.filename ?? media.source.upload?.name ?? null };
};

const toAssistantParts = ({
  text,
  toolCalls,
  reasoning,
}: typeof AssistantMessageInput.$inferInput): AssistantPart[] => [
  ...(reasoning ?? []).map((part) => ({
    type: 'reasoning' as const,
    text: part.text ?? null,
    opaque: part.signature ?? null,
    ...(part.provider != null && { provider: part.provider }),
  })),
  ...(text ? [{ type: 'text' as const, text }] : []),
  ...(toolCalls ?? []).map((call) => ({
    type: 'tool-call' as const,
    callId: call.callId,
    name: call.name,
    arguments: call.arguments ?? null,
    opaque: call.signature ?? null,
  })),
];

/** A tool result in the types of core. */
export const toToolMessage = ({
  callId,
  output,
  isError,
}: typeof ToolResultInput.$inferInput): ToolMessage => ({
  role: 'tool',
  callId,
  output: output ?? null,
  isError,
});

/** A message in the types of core, with the bytes of its uploads. Throws `RequestRejected` for an upload that is too large. */
export const toMessage = async (
  message: typeof MessageInput.$inferInput,
  index: number,
): Promise<Message> => {
  const path = ['input', 'messages', String(index)];
  if (typeof message.system === 'string') return { role: 'system', text: message.system };
  if (message.user) {
    const parts = message.user.map((part, at) => toUserPart(part, [...path, 'user', String(at)]));
    return { role: 'user', parts: await Promise.all(parts) };
  }
  if (message.assistant) return { role: 'assistant', parts: toAssistantParts(message.assistant) };
  if (!message.tool) return refuse(path, 'The message is empty.');
  return toToolMessage(message.tool);
};

/** Where messages have uploads: paths from the list of messages. */
export const findUploads = (
  messages: readonly (typeof MessageInput.$inferInput)[],
): readonly (readonly string[])[] =>
  messages.flatMap(({ user }, index) =>
    (user ?? []).flatMap((part, at) =>
      (['image', 'audio', 'file'] as const)
        .filter((kind) => part[kind]?.source.upload != null)
        .map((kind) => [String(index), 'user', String(at), kind, 'source', 'upload']),
    ),
  );
