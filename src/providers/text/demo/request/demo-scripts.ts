import type { ErrorCode } from '../../../../core/errors.ts';
import type { TextRequest } from '../../../../core/text-request.ts';
import { answer, echo, markdownAnswer } from './answer.ts';
import { citedAnswer } from './cited-answer.ts';
import type { DemoScript, DemoStep } from './demo-script.ts';
import { describeMedia } from './describe-media.ts';
import { functionCall } from './function-call.ts';
import { readPromptFacts } from './prompt-facts.ts';
import { reasoningText } from './reasoning-text.ts';
import { lastUserTextOf, trailingToolResults } from './request-text.ts';
import { findAnswerOn } from './subjects.ts';
import { toSampleValue } from './to-sample-value.ts';
import { answerWithResults } from './tool-results-answer.ts';

const LONG_WORDS = 100_000;

/** Unique within a conversation, and the same each time that conversation is had. */
const nextCallId = (request: TextRequest): string => {
  const earlier = request.messages.flatMap((message) =>
    message.role === 'assistant' ? message.parts.filter((part) => part.type === 'tool-call') : [],
  );
  return `call_demo_${earlier.length + 1}`;
};

const jsonDocument = (request: TextRequest): string =>
  JSON.stringify(
    request.output.type === 'schema'
      ? toSampleValue(request.output.schema, readPromptFacts(lastUserTextOf(request)))
      : {
          model: 'demo-json',
          languageModel: false,
          answer: findAnswerOn(lastUserTextOf(request))?.opening ?? echo(request),
          messages: request.messages.length,
        },
    null,
    2,
  );

const fail = (code: ErrorCode, retryAfterMs: number | null = null): DemoStep => ({
  type: 'fail',
  code,
  retryAfterMs,
});

const beginning: DemoStep = { type: 'text', text: 'This is the beginning of an answer that ' };

const plain: DemoScript = (request) => [{ type: 'text', text: answer(request) }];

const reasoning: DemoScript = (request) => [
  { type: 'reasoning', text: reasoningText(request) },
  { type: 'text', text: answer(request) },
];

const toolCall: DemoScript = (request) => {
  const results = trailingToolResults(request);
  if (results.length > 0) return [{ type: 'text', text: answerWithResults(results) }];
  if (request.toolChoice?.type === 'none') return plain(request);
  return [{ type: 'tool-call', callId: nextCallId(request), ...functionCall(request) }];
};

const badArguments: DemoScript = (request) => {
  const { name, argumentsText } = functionCall(request);
  return [
    {
      type: 'tool-call',
      callId: nextCallId(request),
      name,
      argumentsText: `${argumentsText.slice(0, -1)},, oops`,
    },
  ];
};

const refusal: DemoScript = () => [
  { type: 'text', text: "I can't help with that. " },
  { type: 'text', text: 'The demo refuses everything it is asked, so that a refusal can be shown.' },
  { type: 'refuse' },
];

const long: DemoScript = () => [
  { type: 'text', text: Array.from({ length: LONG_WORDS }, (_, index) => `word-${index + 1}`).join(' ') },
];

/** What each demo model does, by the id sent to it. */
export const DEMO_SCRIPTS: ReadonlyMap<string, DemoScript> = new Map<string, DemoScript>([
  ['demo', plain],
  ['demo-reasoning', reasoning],
  ['demo-tool', toolCall],
  ['demo-bad-arguments', badArguments],
  ['demo-json', (request) => [{ type: 'text', text: jsonDocument(request) }]],
  ['demo-markdown', (request) => [{ type: 'text', text: markdownAnswer(request) }]],
  ['demo-citations', citedAnswer],
  ['demo-vision', (request) => [{ type: 'text', text: describeMedia(request) }]],
  ['demo-refusal', refusal],
  ['demo-slow', plain],
  ['demo-error', () => [fail('PROVIDER_OVERLOADED')]],
  ['demo-error-midstream', () => [beginning, fail('PROVIDER_FAILED')]],
  ['demo-truncated', () => [beginning, { type: 'end-without-finish' }]],
  ['demo-stalled', () => [beginning, { type: 'silence' }]],
  ['demo-rate-limited', () => [fail('PROVIDER_RATE_LIMITED', 2_000)]],
  ['demo-long', long],
]);
