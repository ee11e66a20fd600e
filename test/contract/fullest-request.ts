import type { Message, UserPart } from '../../src/core/message.ts';
import type { ModelConfig } from '../../src/core/model-config.ts';
import type { TextRequest, Tool } from '../../src/core/text-request.ts';
import { plainRequest } from '../support/plain-request.ts';
import { PNG } from './contract-request.ts';

const PDF = Buffer.from('%PDF-1.4 made up').toString('base64');
const WAV = Buffer.from('RIFF0000WAVEfmt made up').toString('base64');

const PARTS: Readonly<Record<string, readonly UserPart[]>> = {
  image: [
    { type: 'image', source: { type: 'base64', data: PNG }, mediaType: 'image/png', detail: 'high' },
    { type: 'image', source: { type: 'url', url: 'https://a.example/b.png' }, mediaType: null, detail: null },
  ],
  audio: [{ type: 'audio', source: { type: 'base64', data: WAV }, mediaType: 'audio/wav' }],
  file: [
    { type: 'file', source: { type: 'base64', data: PDF }, mediaType: 'application/pdf', filename: 'a.pdf' },
  ],
};

const historyFor = ({ inputModalities, functionCalling }: ModelConfig): readonly Message[] => [
  { role: 'system', text: 'Be brief.' },
  {
    role: 'user',
    parts: [
      { type: 'text', text: 'What is this?' },
      ...inputModalities.flatMap((modality) => PARTS[modality] ?? []),
    ],
  },
  {
    role: 'assistant',
    parts: [
      { type: 'reasoning', text: 'Hm.', opaque: null },
      { type: 'text', text: 'Let me look.' },
      ...(functionCalling
        ? [
            {
              type: 'tool-call' as const,
              callId: 'call_a',
              name: 'look',
              arguments: { at: 'it' },
              opaque: null,
            },
          ]
        : []),
    ],
  },
  ...(functionCalling
    ? [{ role: 'tool' as const, callId: 'call_a', output: { seen: ['a dot'] }, isError: false }]
    : []),
  { role: 'user', parts: [{ type: 'text', text: 'And now?' }] },
  { role: 'system', text: 'Be kind.' },
  { role: 'user', parts: [{ type: 'text', text: 'Well?' }] },
];

const toolsFor = ({ functionCalling, builtInTools }: ModelConfig): readonly Tool[] => [
  ...(functionCalling
    ? [
        {
          type: 'function' as const,
          name: 'look',
          description: 'Looks at something.',
          parameters: { type: 'object', properties: { at: { type: 'string' } } },
          strict: true,
        },
      ]
    : []),
  ...builtInTools.map((tool) => ({ type: 'built-in' as const, tool })),
];

/** A request with everything in it that a model takes at all. */
export const fullestRequest = (
  config: ModelConfig,
  { reasoning, cache }: Pick<TextRequest, 'reasoning' | 'cache'>,
): TextRequest => {
  const { temperature, sampling, limits } = config;
  const tools = toolsFor(config);
  return plainRequest({
    system: 'Answer.',
    messages: historyFor(config),
    reasoning,
    maxOutputTokens: limits.defaultMaxOutputTokens,
    temperature: temperature.type === 'range' ? temperature.min : null,
    topP: sampling.topP && sampling.topP.max,
    topK: sampling.topK && sampling.topK.max,
    stopSequences: sampling.stopSequences && ['STOP'],
    seed: sampling.seed ? 7 : null,
    presencePenalty: sampling.presencePenalty && 0.5,
    frequencyPenalty: sampling.frequencyPenalty && 0.5,
    verbosity: config.verbosity?.[0] ?? null,
    tools,
    toolChoice: tools.some((tool) => tool.type === 'function') ? { type: 'function', name: 'look' } : null,
    parallelToolCalls: config.parallelToolCalls && config.parallelToolCallsCanBeForbidden ? false : null,
    cache,
    output: config.structuredOutput
      ? { type: 'schema', name: 'answer', schema: { type: 'object', properties: {} }, strict: true }
      : { type: 'text' },
  });
};
