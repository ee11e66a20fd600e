import type { ReasoningSetting, TextRequest } from '../../../../core/text-request.ts';
import { lastUserTextOf } from './request-text.ts';
import { findAnswerOn } from './subjects.ts';

/** Said of any subject that no reasoning was written on. */
const REASONING = [
  'First, what is being asked?',
  'The answer depends on nothing but the request, so the same request can be answered the same way.',
  'The words of the question are worth repeating, so that the reader knows that they arrived.',
  'What is scripted should be called scripted.',
  'A list of what is real about this answer is worth more than a claim.',
  'A table of the other models tells what to try next.',
  'Is anything missing? The number of messages and the length of the system text show that they came through.',
  'Then the answer can begin.',
  'A second thought: the order should be the question, the notice, the list, the table.',
  'The table needs no more than two columns.',
  'Names of models belong in code, so that they can be copied.',
  'Two questions that the script can answer make a good end.',
  'Nothing in it should need a network.',
  'Nothing in it should change from one run to the next.',
  'The length is right for a screen.',
  'So be it.',
] as const;

/** Sentences of reasoning for each effort. */
const REASONING_SENTENCES = { none: 0, minimal: 1, low: 2, medium: 4, high: 8, xhigh: 12, max: 16 } as const;

const REASONING_WORDS_PER_SENTENCE = 10;

const reasoningSentences = (setting: ReasoningSetting): number => {
  switch (setting.type) {
    case 'off':
      return REASONING_SENTENCES.none;
    case 'provider-default':
    case 'on':
      return REASONING_SENTENCES.medium;
    case 'effort':
      return REASONING_SENTENCES[setting.effort];
    case 'budget':
      return Math.min(Math.floor(setting.tokens / REASONING_WORDS_PER_SENTENCE), REASONING_SENTENCES.max);
  }
};

/** Sentences of reasoning on the subject of the prompt, as many as are asked for. */
export const reasoningText = (request: TextRequest): string => {
  const count = reasoningSentences(request.reasoning);
  const written = findAnswerOn(lastUserTextOf(request))?.reasoning ?? REASONING;
  // The last sentence comes to the conclusion.
  return written.length <= count || written === REASONING
    ? written.slice(0, count).join(' ')
    : [...written.slice(0, Math.max(0, count - 1)), ...written.slice(-1)].slice(0, count).join(' ');
};
