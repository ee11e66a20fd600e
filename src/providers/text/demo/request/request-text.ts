import type { JsonValue } from '../../../../core/json.ts';
import type { Message, ToolMessage } from '../../../../core/message.ts';
import type { TextRequest } from '../../../../core/text-request.ts';
import { shorten } from '../../../../lib/shorten.ts';

const WORD = /\S+\s*|\s+/g;

/** Words with the space that follows them: joined again they are the text. */
export const splitWords = (text: string): IteratorObject<string> =>
  text.matchAll(WORD).map(([piece]) => piece);

/** As many as `splitWords` gives, without making any of them: a prompt may have millions. */
export const countWords = (text: string): number => {
  const word = new RegExp(WORD);
  let count = 0;
  while (word.test(text)) count += 1;
  return count;
};

export const toText = (value: JsonValue): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

const textOf = (message: Message): string => {
  switch (message.role) {
    case 'system':
      return message.text;
    case 'tool':
      return toText(message.output);
    case 'user':
    case 'assistant':
      return message.parts
        .map((part) => {
          if (part.type === 'text') return part.text;
          return part.type === 'tool-call' ? toText(part.arguments) : '';
        })
        .join(' ');
  }
};

/** What the demo counts as input tokens: the words of everything it was given. Media count nothing. */
export const countInputWords = (request: TextRequest): number =>
  [request.system ?? '', ...request.messages.map(textOf)].reduce(
    (sum, text) => sum + countWords(text.trim()),
    0,
  );

/** Trimmed; empty when the last user message has no text, or there is none. */
export const lastUserTextOf = (request: TextRequest): string => {
  const last = request.messages.findLast((message) => message.role === 'user');
  return last === undefined ? '' : textOf(last).trim();
};

/** In UTF-16 code units: a word may be as long as the prompt. */
const MAX_EXCERPT_LENGTH = 2_000;

/** The start of the last user message's text; empty when it has none. */
export const excerptOfLastUserText = (request: TextRequest, maxWords: number): string => {
  const words = shorten(lastUserTextOf(request), MAX_EXCERPT_LENGTH).split(/\s+/);
  return words.length > maxWords ? `${words.slice(0, maxWords).join(' ')} …` : words.join(' ');
};

/** The tool results that the history ends with, in order. */
export const trailingToolResults = (request: TextRequest): readonly ToolMessage[] =>
  request.messages
    .slice(request.messages.findLastIndex((message) => message.role !== 'tool') + 1)
    .filter((message) => message.role === 'tool');
