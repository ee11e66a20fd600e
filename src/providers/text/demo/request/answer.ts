import type { TextRequest } from '../../../../core/text-request.ts';
import { findAnswerOn } from './subjects.ts';
import { countWords, excerptOfLastUserText, lastUserTextOf } from './request-text.ts';
import { MARKDOWN } from './markdown-answer.ts';

const NOTICE = '*A scripted answer of the demo provider: no language model was asked.*';

const ASKS_FOR_MARKDOWN = /\bmarkdown\b|\b(?:a|some|with|as|in|of) (?:table|list|code)\b|\bcode block\b/i;

/** Of a prompt, in UTF-16 code units, that is searched for what it asks for. */
const MAX_READ_LENGTH = 500;

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export const echo = (request: TextRequest): string => {
  const excerpt = excerptOfLastUserText(request, 24);
  return excerpt === '' ? 'Your last message holds no text.' : `You wrote: "${excerpt}".`;
};

const describeRequest = (request: TextRequest): string => {
  const system =
    request.system === null
      ? 'no system text'
      : `a system text of ${counted(countWords(request.system.trim()), 'word')}`;
  return `The request held ${counted(request.messages.length, 'message')} and ${system}.`;
};

/** On any subject: what is scripted about the answer, what is not, and what else there is to see. */
const generalAnswer = (request: TextRequest): string => `${echo(request)}

This answer does not come from a language model. It is a script that runs inside the server: it needs no key and gives the same words for the same request every time. All around it is the real thing:

- **The stream**: typed events with sequence and cursor, as from any provider.
- **The end**: a finish reason, usage (words stand in for tokens) and cost.
- **The failures**: refused, overloaded, broken off, silent; each has a model of its own.

| Ask | To see |
|---|---|
| \`demo-reasoning\` | reasoning before the answer |
| \`demo-tool\` | a tool call with arguments from your question |
| \`demo-json\` | a document that follows your schema |
| \`demo-markdown\` | headings, tables, code and lists |

${describeRequest(request)} On some subjects the script knows more. Try "Why is the sky blue?" or "Is 1009 a prime number?".`;

export const markdownAnswer = (request: TextRequest): string =>
  `${echo(request)}\n\n${MARKDOWN}\n\n${NOTICE}`;

/** Markdown. */
export const answer = (request: TextRequest): string => {
  const prompt = lastUserTextOf(request);
  const subject = findAnswerOn(prompt);
  if (subject !== undefined) return `**${subject.opening}**\n\n${subject.body}\n\n${NOTICE}`;
  return ASKS_FOR_MARKDOWN.test(prompt.slice(0, MAX_READ_LENGTH))
    ? markdownAnswer(request)
    : generalAnswer(request);
};
