import type { ErrorCode } from '../../../../core/errors.ts';
import type { ReasoningSetting, TextRequest } from '../../../../core/text-request.ts';
import type { DemoScript, DemoStep } from './demo-script.ts';
import { countWords, excerptOfLastUserText, toText, trailingToolResults } from './request-text.ts';
import { toSampleValue } from './to-sample-value.ts';

const LONG_WORDS = 100_000;

/** Sentences of reasoning for each effort. */
const REASONING_SENTENCES = { none: 0, minimal: 1, low: 2, medium: 4, high: 8, xhigh: 12, max: 16 } as const;

const REASONING_WORDS_PER_SENTENCE = 10;

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const echo = (request: TextRequest): string => {
  const excerpt = excerptOfLastUserText(request, 24);
  return excerpt === '' ? 'Your last message holds no text.' : `You wrote: "${excerpt}".`;
};

const answer = (request: TextRequest): string => {
  const system =
    request.system === null
      ? 'no system text'
      : `a system text of ${counted(countWords(request.system.trim()), 'word')}`;
  return [
    echo(request),
    'This answer does not come from a language model. It is a script that runs inside the server: it needs no key, ' +
      'sends nothing over the network, and gives the same words for the same request every time. A client that works ' +
      'with it works with a real model, because every event travels the same way.',
    `The request held ${counted(request.messages.length, 'message')} and ${system}. Ask for another model of the ` +
      'demo provider to see reasoning, tool calls, JSON documents, slow streams and every kind of failure.',
  ].join('\n\n');
};

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

const reasoningText = (sentences: number): string =>
  Array.from(
    { length: sentences },
    (_, index) => `Step ${index + 1} looks at the request from another side.`,
  ).join(' ');

const functionCall = (request: TextRequest): { readonly name: string; readonly argumentsText: string } => {
  const tools = request.tools.filter((tool) => tool.type === 'function');
  const wanted = request.toolChoice?.type === 'function' ? request.toolChoice.name : tools[0]?.name;
  const tool = tools.find(({ name }) => name === wanted);
  return tool === undefined
    ? { name: 'get_weather', argumentsText: '{"city":"Paris"}' }
    : { name: tool.name, argumentsText: JSON.stringify(toSampleValue(tool.parameters)) };
};

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
      ? toSampleValue(request.output.schema)
      : {
          model: 'demo-json',
          languageModel: false,
          answer: echo(request),
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
  { type: 'reasoning', text: reasoningText(reasoningSentences(request.reasoning)) },
  { type: 'text', text: answer(request) },
];

const toolCall: DemoScript = (request) => {
  const results = trailingToolResults(request);
  if (results.length > 0) {
    const said = results.map(
      (result) => `${result.isError ? 'failed with' : 'returned'} ${toText(result.output)}`,
    );
    return [
      {
        type: 'text',
        text: `The tool ${said.join('; the next one ')}. That is all the demo needed to know.`,
      },
    ];
  }
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
  ['demo-slow', plain],
  ['demo-error', () => [fail('PROVIDER_OVERLOADED')]],
  ['demo-error-midstream', () => [beginning, fail('PROVIDER_FAILED')]],
  ['demo-truncated', () => [beginning, { type: 'end-without-finish' }]],
  ['demo-stalled', () => [beginning, { type: 'silence' }]],
  ['demo-rate-limited', () => [fail('PROVIDER_RATE_LIMITED', 2_000)]],
  ['demo-long', long],
]);
