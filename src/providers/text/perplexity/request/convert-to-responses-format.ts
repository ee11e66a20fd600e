import type { ResponseInputItem } from 'openai/resources/responses/responses';
import {
  convertToResponsesFormat as convert,
  type ResponsesFormat,
} from '../../openai-compatible/responses/convert-to-responses-format.ts';
import { unsupportedPart } from '../../../shared/unsupported-part.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * A conversation as the Agent API takes it, after https://github.com/perplexityai/perplexity-node: every message says
 * that it is one, the text of every role is `input_text`, and an image has nothing but its address. Reasoning of earlier turns
 * has no place in it and is left out. Throws `UNSUPPORTED_CAPABILITY` for audio and files.
 */
export const convertToResponsesFormat: typeof convert = (messages, system): ResponsesFormat => {
  const { instructions, input } = convert(messages, system);
  const items: readonly object[] = input.flatMap((item) => toAgentItem({ ...item }));
  return { instructions, input: items as ResponseInputItem[] };
};

const toAgentItem = (item: Fields): Fields[] => {
  if ('role' in item)
    return [
      { type: 'message', role: item['role'], content: (item['content'] as readonly Fields[]).map(toContent) },
    ];
  return item['type'] === 'function_call' || item['type'] === 'function_call_output' ? [item] : [];
};

const toContent = (part: Fields): Fields => {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
      return { type: 'input_text', text: part['text'] };
    case 'input_image':
      if (typeof part['image_url'] !== 'string')
        throw unsupportedPart('an image by file id', 'Send it by URL or as base64.');
      return { type: 'input_image', image_url: part['image_url'] };
    default:
      throw unsupportedPart('a file', 'Send its text, or choose another model.');
  }
};
