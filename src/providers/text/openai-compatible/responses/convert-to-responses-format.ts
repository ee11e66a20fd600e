import type { ResponseInputContent, ResponseInputItem } from 'openai/resources/responses/responses';
import type { AssistantMessage, FilePart, ImagePart, Message, UserPart } from '../../../../core/message.ts';
import { toOutputText } from '../chat/convert-to-chat-completions-format.ts';
import { toDataUrl, toFilename, toImageDataUrl } from '../to-data-url.ts';
import { unsupportedPart } from '../../../shared/unsupported-part.ts';
import { findOrderedItems, readReasoningItems, readReplayItems } from './replay-items.ts';

export interface ResponsesFormat {
  /** The system text and leading system messages, joined; null when there are none. */
  readonly instructions: string | null;
  readonly input: ResponseInputItem[];
}

/**
 * A conversation as the input of the Responses API. Pure: the order of messages and parts is kept; one message may give
 * several items. Reasoning is sent back where its opaque part allows it, once, before the item it belongs to.
 * Throws `UNSUPPORTED_CAPABILITY` for audio, which this API does not take.
 */
export const convertToResponsesFormat = (
  messages: readonly Message[],
  system: string | null = null,
): ResponsesFormat => {
  const firstTurn = messages.findIndex((message) => message.role !== 'system');
  const leading = firstTurn === -1 ? messages.length : firstTurn;
  const texts = messages
    .slice(0, leading)
    .flatMap((message) => (message.role === 'system' ? message.text : []));
  const instructions = [...(system === null ? [] : [system]), ...texts];
  return {
    instructions: instructions.length === 0 ? null : instructions.join('\n\n'),
    input: messages.slice(leading).flatMap(toInputItems),
  };
};

const toInputItems = (message: Message): ResponseInputItem[] => {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: [{ type: 'input_text', text: message.text }] }];
    case 'user':
      return [{ role: 'user', content: message.parts.map(toInputContent) }];
    case 'assistant':
      return toAssistantItems(message);
    case 'tool':
      return [
        { type: 'function_call_output', call_id: message.callId, output: toOutputText(message.output) },
      ];
  }
};

const toInputContent = (part: UserPart): ResponseInputContent => {
  switch (part.type) {
    case 'text':
      return { type: 'input_text', text: part.text };
    case 'image':
      return toInputImage(part);
    case 'audio':
      throw unsupportedPart('audio', 'Choose a model that is reached by Chat Completions.');
    case 'file':
      return toInputFile(part);
  }
};

const toInputImage = ({ source, mediaType, detail }: ImagePart): ResponseInputContent => {
  const common = { type: 'input_image', detail: detail ?? 'auto' } as const;
  if (source.type === 'provider-file') return { ...common, file_id: source.fileId };
  const url = source.type === 'url' ? source.url : toImageDataUrl(source.data, mediaType);
  return { ...common, image_url: url };
};

const toInputFile = ({ source, mediaType, filename }: FilePart): ResponseInputContent => {
  const named = filename === null ? {} : { filename };
  if (source.type === 'url') return { type: 'input_file', file_url: source.url, ...named };
  if (source.type === 'provider-file') return { type: 'input_file', file_id: source.fileId, ...named };
  const type = mediaType ?? 'application/pdf';
  return {
    type: 'input_file',
    file_data: toDataUrl(source.data, type),
    filename: toFilename(filename, type),
  };
};

type CallPart = Extract<AssistantMessage['parts'][number], { type: 'tool-call' }>;

const toFunctionCall = (call: CallPart): ResponseInputItem => ({
  type: 'function_call',
  call_id: call.callId,
  name: call.name,
  arguments: JSON.stringify(call.arguments),
});

/** All of it in the order in which it came, where the state of the turn has kept that. */
const findOrdered = (parts: AssistantMessage['parts']): ResponseInputItem[] | undefined => {
  const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const calls = parts.flatMap((part) => (part.type === 'tool-call' ? [toFunctionCall(part)] : []));
  for (const part of parts) {
    if (part.type !== 'reasoning' || part.opaque === null) continue;
    const found = findOrderedItems(part.opaque, text, calls);
    if (found !== undefined) return found;
  }
  return undefined;
};

const toAssistantItems = ({ parts }: AssistantMessage): ResponseInputItem[] => {
  const ordered = findOrdered(parts);
  if (ordered !== undefined) return ordered;
  // A tool call may bring its own reasoning along; it is then not sent a second time from a reasoning part.
  const brought = new Set(
    parts.flatMap((part) =>
      part.type === 'tool-call' && part.opaque !== null ? readReplayItems(part.opaque).map(idOf) : [],
    ),
  );
  const items: ResponseInputItem[] = [];
  let texts: { readonly type: 'output_text'; readonly text: string }[] = [];
  const endMessage = (): void => {
    // The SDK's type of an earlier answer wants an id and a status; the API takes its text alone.
    if (texts.length > 0) {
      const item: object = { role: 'assistant', content: texts };
      items.push(item as ResponseInputItem);
    }
    texts = [];
  };
  for (const part of parts) {
    if (part.type === 'text') {
      if (part.text !== '') texts.push({ type: 'output_text', text: part.text });
      continue;
    }
    endMessage();
    if (part.type === 'tool-call') {
      if (part.opaque !== null) items.push(...readReplayItems(part.opaque));
      items.push(toFunctionCall(part));
    } else if (part.opaque !== null) {
      items.push(
        ...readReasoningItems(part.opaque, part.text).filter(
          (item) => idOf(item) === undefined || !brought.has(idOf(item)),
        ),
      );
    }
  }
  endMessage();
  return items;
};

const idOf = (item: ResponseInputItem): string | undefined =>
  'id' in item && typeof item.id === 'string' ? item.id : undefined;
