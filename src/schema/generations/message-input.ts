import { RequestRejected } from '../../core/errors.ts';
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

const ImageDetailEnum = defineEnum<ImageDetail>('ImageDetail', 'How closely an image is looked at.', {
  auto: 'As the provider sees fit.',
  low: 'Roughly, for few tokens.',
  high: 'Closely, for more tokens.',
});

const MediaSourceInput = builder.inputType('MediaSourceInput', {
  isOneOf: true,
  description: 'Where the bytes come from.',
  fields: (t) => ({
    url: t.string({ description: 'An https address. Given to the provider where it can fetch it itself.' }),
    base64: t.string({ description: 'The bytes in base64, without a data URL around them.' }),
    upload: t.field({
      type: 'File',
      description:
        'A part of a GraphQL multipart request; over HTTP only, with the header graphql-require-preflight.',
    }),
    providerFileId: t.string({ description: "The id of a file that is at the provider's already." }),
  }),
});

const MediaInput = builder.inputType('MediaInput', {
  description:
    'An image, a sound or a document. Bytes are at most 20 MiB, and their kind is told from themselves.',
  fields: (t) => ({
    source: t.field({ type: MediaSourceInput, required: true, description: 'Where the bytes come from.' }),
    mediaType: t.string({
      description: 'What they are, where that is known: `image/png`. Must agree with them.',
    }),
    filename: t.string({ description: 'The name a document is shown to the model under.' }),
    detail: t.field({ type: ImageDetailEnum, description: 'How closely an image is looked at.' }),
  }),
});

const ContentPartInput = builder.inputType('ContentPartInput', {
  isOneOf: true,
  description: 'A part of a user message.',
  fields: (t) => ({
    text: t.string({ description: 'Text.' }),
    image: t.field({ type: MediaInput, description: 'A PNG, JPEG, GIF or WebP image.' }),
    audio: t.field({ type: MediaInput, description: 'Sound: WAV, MP3, FLAC, Ogg or MP4.' }),
    file: t.field({ type: MediaInput, description: 'A PDF document.' }),
  }),
});

const ReasoningPartInput = builder.inputType('ReasoningPartInput', {
  description: 'Reasoning of an earlier turn.',
  fields: (t) => ({
    text: t.string({ description: 'Its text, as received.' }),
    signature: t.string({ description: "The provider's opaque state, as received." }),
  }),
});

const ToolCallInput = builder.inputType('ToolCallInput', {
  description: 'A tool call of an earlier turn.',
  fields: (t) => ({
    callId: t.id({ required: true, description: 'Its id, as received.' }),
    name: t.string({ required: true, description: 'The tool.' }),
    arguments: t.field({ type: 'JSON', required: true, description: 'Its arguments, as received.' }),
    signature: t.string({ description: "The provider's opaque state, as received." }),
  }),
});

const AssistantMessageInput = builder.inputType('AssistantMessageInput', {
  description: 'What the model said in an earlier turn.',
  fields: (t) => ({
    text: t.string({ description: 'Its text.' }),
    toolCalls: t.field({
      type: [ToolCallInput],
      description: 'The tool calls it made, built-in ones left out.',
    }),
    reasoning: t.field({
      type: [ReasoningPartInput],
      description: 'Its reasoning, for models that want it back.',
    }),
  }),
});

export const ToolResultInput = builder.inputType('ToolResultInput', {
  description: 'What came of a tool call.',
  fields: (t) => ({
    callId: t.id({ required: true, description: 'The call it answers.' }),
    output: t.field({
      type: 'JSON',
      required: true,
      description: 'The result: text as it is, anything else as JSON.',
    }),
    isError: t.boolean({
      required: true,
      defaultValue: false,
      description: 'The tool failed; the output says how.',
    }),
  }),
});

export const MessageInput = builder.inputType('MessageInput', {
  isOneOf: true,
  description: 'One turn of a conversation.',
  fields: (t) => ({
    system: t.string({ description: 'Instructions. Leading ones are joined with `system` of the request.' }),
    user: t.field({ type: [ContentPartInput], description: 'What the user said, in order.' }),
    assistant: t.field({ type: AssistantMessageInput, description: 'What the model said.' }),
    tool: t.field({ type: ToolResultInput, description: 'What came of a tool call the model made.' }),
  }),
});

const refuse = (path: readonly string[], message: string): never => {
  throw new RequestRejected([{ code: 'INVALID_REQUEST', message, path, allowed: null, suggestion: null }]);
};

/** An upload may be in many places, and its bytes are many: they are read once for all of them. */
const read = new WeakMap<File, Promise<string>>();

const toBase64 = (file: File): Promise<string> => {
  const known = read.get(file);
  if (known !== undefined) return known;
  const reading = file.arrayBuffer().then((bytes) => Buffer.from(bytes).toString('base64'));
  read.set(file, reading);
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
  // It is on disk, and may be as large as the file of a batch.
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

/** A tool result in our own terms. */
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

/** A message in our own terms, with what was uploaded read into it. */
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
