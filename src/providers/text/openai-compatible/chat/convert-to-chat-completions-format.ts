import type {
  ChatCompletionContentPart,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type {
  AssistantMessage,
  AudioPart,
  FilePart,
  ImagePart,
  Message,
  UserPart,
} from '../../../../core/message.ts';
import { toDataUrl, toFilename, toImageDataUrl } from '../to-data-url.ts';
import { unsupportedPart } from '../../../shared/unsupported-part.ts';
import type { ReasoningReplay } from '../reasoning-replay.ts';

/**
 * A conversation as Chat Completions messages, the system text first. Pure: the order of messages and parts is kept,
 * nothing is merged. An assistant turn is one message, its tool calls after its text; an empty one gives none.
 * Throws `UNSUPPORTED_CAPABILITY` for media this API cannot carry.
 */
export const convertToChatCompletionsFormat = (
  messages: readonly Message[],
  system: string | null,
  replay: ReasoningReplay,
): ChatCompletionMessageParam[] => [
  ...(system === null ? [] : [{ role: 'system', content: system } as const]),
  ...messages.flatMap((message) => toChatMessages(message, replay)),
];

const toChatMessages = (message: Message, replay: ReasoningReplay): ChatCompletionMessageParam[] => {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: message.text }];
    case 'user':
      return [{ role: 'user', content: toContent(message.parts) }];
    case 'assistant':
      return toAssistantMessages(message, replay);
    case 'tool':
      return [{ role: 'tool', tool_call_id: message.callId, content: toOutputText(message.output) }];
  }
};

/** What a tool gave, as the string both APIs take: a string as it is, anything else as JSON. */
export const toOutputText = (output: unknown): string =>
  typeof output === 'string' ? output : JSON.stringify(output);

/** A single text is a plain string, which is what every compatible vendor takes. */
const toContent = (parts: readonly UserPart[]): string | ChatCompletionContentPart[] => {
  const [first, ...others] = parts;
  return first?.type === 'text' && others.length === 0 ? first.text : parts.map(toContentPart);
};

const toContentPart = (part: UserPart): ChatCompletionContentPart => {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'image':
      return toImagePart(part);
    case 'audio':
      return toAudioPart(part);
    case 'file':
      return { type: 'file', file: toFile(part) };
  }
};

const toImagePart = ({ source, mediaType, detail }: ImagePart): ChatCompletionContentPart => {
  if (source.type === 'provider-file')
    throw unsupportedPart('an image by file id', 'Send it by URL or as base64.');
  const url = source.type === 'url' ? source.url : toImageDataUrl(source.data, mediaType);
  return { type: 'image_url', image_url: { url, ...(detail !== null && { detail }) } };
};

const toAudioPart = ({ source, mediaType }: AudioPart): ChatCompletionContentPart => {
  if (source.type !== 'base64') throw unsupportedPart('audio by reference', 'Send it as base64.');
  return { type: 'input_audio', input_audio: { data: source.data, format: toAudioFormat(mediaType) } };
};

const toAudioFormat = (mediaType: string | null): 'wav' | 'mp3' => {
  if (mediaType === null || /^audio\/(x-|vnd\.)?wave?$/i.test(mediaType)) return 'wav';
  if (/^audio\/(mpeg|mp3)$/i.test(mediaType)) return 'mp3';
  throw unsupportedPart(`audio of the type ${mediaType}`, 'Send audio/wav or audio/mpeg.');
};

const toFile = ({ source, mediaType, filename }: FilePart): ChatCompletionContentPart.File['file'] => {
  if (source.type === 'url')
    throw unsupportedPart('a file by URL', 'Send it as base64 or as an uploaded file.');
  if (source.type === 'provider-file') return { file_id: source.fileId };
  const type = mediaType ?? 'application/pdf';
  return { file_data: toDataUrl(source.data, type), filename: toFilename(filename, type) };
};

const toAssistantMessages = (
  { parts }: AssistantMessage,
  { reasoningField, sendsEmptyReasoning = false }: ReasoningReplay,
): ChatCompletionMessageParam[] => {
  const texts = parts.flatMap((part) => (part.type === 'text' && part.text !== '' ? [part.text] : []));
  const calls = parts.flatMap((part) => (part.type === 'tool-call' ? [part] : []));
  const reasoning = parts.flatMap((part) => (part.type === 'reasoning' && part.text ? [part.text] : []));
  const [only, ...others] = texts;
  if (only === undefined && calls.length === 0) return [];
  return [
    {
      role: 'assistant',
      content:
        only === undefined
          ? null
          : others.length === 0
            ? only
            : texts.map((text) => ({ type: 'text' as const, text })),
      ...(calls.length > 0 && {
        tool_calls: calls.map((call) => ({
          id: call.callId,
          type: 'function' as const,
          function: { name: call.name, arguments: JSON.stringify(call.arguments) },
        })),
      }),
      ...(reasoningField !== null &&
        (reasoning.length > 0 || sendsEmptyReasoning) && { [reasoningField]: reasoning.join('\n\n') }),
    },
  ];
};
