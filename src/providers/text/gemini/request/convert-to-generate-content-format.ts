import { type Content, type Part, PartMediaResolutionLevel } from '@google/genai/web';
import type { JsonValue } from '../../../../core/json.ts';
import type {
  AssistantMessage,
  ImagePart,
  Message,
  ToolMessage,
  UserPart,
} from '../../../../core/message.ts';
import { toMediaPart } from './to-media-part.ts';
import { findReplayParts, isSignature } from './replay-parts.ts';

export interface GenerateContentFormat {
  /** The system text and leading system messages, joined; null when there are none. */
  readonly systemInstruction: string | null;
  readonly contents: Content[];
}

export interface GenerateContentTraits {
  /** Whether a function call is refused without a signature. */
  readonly toolCallSignatures: boolean;
  /** Whether each image can have a resolution of its own. */
  readonly imageDetail: boolean;
}

/**
 * Stands in for the signature of a call that another model made; without one a model that wants them answers 400.
 * https://ai.google.dev/gemini-api/docs/thought-signatures
 */
const FOREIGN_CALL_SIGNATURE = 'skip_thought_signature_validator';

/**
 * A conversation as the contents of generateContent. Pure: the order of messages and parts is kept. Only what the API
 * wants in one turn is put into one: the results of parallel calls, and consecutive turns of the model. A system message
 * that is not a leading one becomes a user turn, since the API has no other role for it. Filenames are not sent: the API
 * has no place for them.
 */
export const convertToGenerateContentFormat = (
  messages: readonly Message[],
  system: string | null = null,
  traits: GenerateContentTraits = { toolCallSignatures: false, imageDetail: false },
): GenerateContentFormat => {
  const firstTurn = messages.findIndex((message) => message.role !== 'system');
  const leading = firstTurn === -1 ? messages.length : firstTurn;
  const texts = messages
    .slice(0, leading)
    .flatMap((message) => (message.role === 'system' ? message.text : []));
  const instructions = [...(system === null ? [] : [system]), ...texts];
  return {
    systemInstruction: instructions.length === 0 ? null : instructions.join('\n\n'),
    contents: toContents(messages.slice(leading), traits),
  };
};

const toContents = (messages: readonly Message[], traits: GenerateContentTraits): Content[] => {
  const contents: Content[] = [];
  const toolNames = new Map<string, string>();
  let before: Message['role'] | null = null;
  for (const message of messages) {
    if (message.role === 'assistant')
      for (const part of message.parts) if (part.type === 'tool-call') toolNames.set(part.callId, part.name);
    const parts = toParts(message, toolNames, traits);
    if (parts.length === 0) continue;
    const last = contents.at(-1);
    const isOneTurn = before === message.role && (message.role === 'assistant' || message.role === 'tool');
    if (isOneTurn && last?.parts !== undefined) last.parts.push(...parts);
    else contents.push({ role: message.role === 'assistant' ? 'model' : 'user', parts });
    before = message.role;
  }
  return contents;
};

const toParts = (
  message: Message,
  toolNames: ReadonlyMap<string, string>,
  traits: GenerateContentTraits,
): Part[] => {
  switch (message.role) {
    case 'system':
      return [{ text: message.text }];
    case 'user':
      return message.parts.map((part) => toUserPart(part, traits));
    case 'assistant':
      return findReplayParts(message) ?? toModelParts(message, traits);
    case 'tool':
      return [toFunctionResponse(message, toolNames)];
  }
};

const toUserPart = (part: UserPart, traits: GenerateContentTraits): Part => {
  if (part.type === 'text') return { text: part.text };
  const media = toMediaPart(part.type, part.source, part.mediaType);
  if (part.type !== 'image' || !traits.imageDetail) return media;
  const level = mapDetail(part.detail);
  return level === null ? media : { ...media, mediaResolution: { level } };
};

const mapDetail = (detail: ImagePart['detail']): PartMediaResolutionLevel | null => {
  switch (detail) {
    case 'low':
      return PartMediaResolutionLevel.MEDIA_RESOLUTION_LOW;
    case 'high':
      return PartMediaResolutionLevel.MEDIA_RESOLUTION_HIGH;
    case 'auto':
    case null:
      return null;
  }
};

/** A bare signature in front of a part is that part's; with nothing after it, it gets an empty text of its own. */
const toModelParts = ({ parts }: AssistantMessage, { toolCallSignatures }: GenerateContentTraits): Part[] => {
  const converted: Part[] = [];
  let signature: string | null = null;
  const push = (part: Part, own: string | null): void => {
    const thoughtSignature = own ?? signature;
    converted.push(thoughtSignature === null ? part : { ...part, thoughtSignature });
    if (own === null) signature = null;
  };
  for (const part of parts) {
    if (part.type === 'reasoning') {
      if (isSignature(part.opaque)) signature = part.opaque;
    } else if (part.type === 'text') {
      if (part.text !== '') push({ text: part.text }, null);
    } else {
      const { callId: id, name } = part;
      const call = { functionCall: { id, name, args: toObject(part.arguments, 'value') } };
      // Of parallel calls the first one alone is signed.
      const isFirst = !converted.some(({ functionCall }) => functionCall !== undefined);
      if (toolCallSignatures && isFirst && signature === null) signature = FOREIGN_CALL_SIGNATURE;
      push(call, isSignature(part.opaque) ? part.opaque : null);
      if (signature === FOREIGN_CALL_SIGNATURE) signature = null;
    }
  }
  if (signature !== null) converted.push({ text: '', thoughtSignature: signature });
  return converted;
};

/**
 * The API matches an answer to its call by id and by name. It reads `$ref` in an answer as a reference to one of its parts, and
 * refuses one that leads to none: a result with such a field is sent as JSON text.
 */
const toFunctionResponse = (
  { callId, output, isError }: ToolMessage,
  toolNames: ReadonlyMap<string, string>,
): Part => ({
  functionResponse: {
    id: callId,
    name: toolNames.get(callId) ?? callId,
    response: { [isError ? 'error' : 'output']: hasReference(output) ? JSON.stringify(output) : output },
  },
});

const hasReference = (value: JsonValue): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([name, item]: [string, JsonValue]) => name === '$ref' || hasReference(item),
  );
};

const toObject = (value: JsonValue, key: string): Record<string, unknown> => {
  if (value === null) return {};
  return typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : { [key]: value };
};
