import type { GenerationResult } from '../../../../../src/core/generation.ts';
import type { Usage } from '../../../../../src/core/usage.ts';

const usage = (changes: Partial<Usage>): Usage => ({
  inputTokens: null,
  outputTokens: null,
  totalTokens: null,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: null,
  audioInputTokens: null,
  source: 'provider',
  billing: { serviceTier: 'standard' },
  ...changes,
});

const result = (changes: Partial<GenerationResult>): GenerationResult => ({
  text: '',
  reasoning: null,
  toolCalls: [],
  citations: [],
  finishReason: 'stop',
  rawFinishReason: 'end_turn',
  usage: null,
  warnings: [],
  state: null,
  ...changes,
});

const call = { builtIn: false, result: null, opaque: null };

/** What each fixture that ends well adds up to. */
export const RESULTS: Readonly<Record<string, GenerationResult>> = {
  text: result({
    text: 'Grüße, Welt 👋!',
    usage: usage({ inputTokens: 12, outputTokens: 9, totalTokens: 21 }),
  }),
  reasoning: result({
    text: 'Forty-two.',
    reasoning: 'First, look.\n\nThen answer.',
    usage: usage({ inputTokens: 20, outputTokens: 40, totalTokens: 60, reasoningTokens: 31 }),
    state: [
      { type: 'thinking', thinking: 'First, look.', signature: 'c2lnbmF0dXJlLTE=' },
      { type: 'thinking', thinking: 'Then answer.', signature: 'c2lnbmF0dXJlLTI=' },
    ],
  }),
  'redacted-reasoning': result({
    text: 'Done.',
    usage: usage({ inputTokens: 8, outputTokens: 70, totalTokens: 78 }),
    state: [
      { type: 'redacted_thinking', data: 'cmVkYWN0ZWQ=' },
      { type: 'thinking', thinking: '', signature: 'b21pdHRlZA==' },
    ],
  }),
  tool: result({
    text: 'Let me look.',
    reasoning: 'Plan.\n\nWhich city?',
    toolCalls: [
      {
        ...call,
        callId: 'toolu_made_1',
        name: 'weather',
        arguments: { city: 'Köln' },
        opaque: '[{"type":"thinking","thinking":"Which city?","signature":"c2lnLWNpdHk="}]',
      },
    ],
    finishReason: 'tool-calls',
    rawFinishReason: 'tool_use',
    usage: usage({ inputTokens: 30, outputTokens: 25, totalTokens: 55 }),
    state: [
      { type: 'thinking', thinking: 'Plan.', signature: 'c2lnLXBsYW4=' },
      { type: 'thinking', thinking: 'Which city?', signature: 'c2lnLWNpdHk=' },
    ],
  }),
  'parallel-tools': result({
    toolCalls: [
      { ...call, callId: 'toolu_made_a', name: 'weather', arguments: { city: 'Oslo' } },
      { ...call, callId: 'toolu_made_b', name: 'weather', arguments: { city: 'Rome' } },
      { ...call, callId: 'toolu_made_c', name: 'now', arguments: {} },
    ],
    finishReason: 'tool-calls',
    rawFinishReason: 'tool_use',
    usage: usage({ inputTokens: 30, outputTokens: 50, totalTokens: 80 }),
  }),
  citations: result({
    text: 'As known 👋: grass is green, the sky blue.',
    citations: [
      { url: null, title: 'facts.txt', snippet: 'Grass is green. ', startIndex: 13, endIndex: 27 },
      { url: null, title: null, snippet: 'Green, it is.', startIndex: 13, endIndex: 27 },
      { url: 'https://example.com/sky', title: 'Sky', snippet: 'Blue sky.', startIndex: 29, endIndex: 42 },
      { url: null, title: 'Colours', snippet: 'Blue.', startIndex: 29, endIndex: 42 },
    ],
    usage: usage({ inputTokens: 90, outputTokens: 22, totalTokens: 112 }),
  }),
  'web-search': result({
    text: 'Otters hold hands.',
    reasoning: 'Search it.',
    toolCalls: [
      {
        callId: 'srvtoolu_made_1',
        name: 'web_search',
        arguments: { query: 'otters' },
        builtIn: true,
        result: [
          {
            type: 'web_search_result',
            title: 'Otters',
            url: 'https://example.com/otters',
            page_age: '2 days',
          },
        ],
        opaque: null,
      },
      {
        callId: 'srvtoolu_made_2',
        name: 'code_interpreter',
        arguments: { command: 'ls' },
        builtIn: true,
        result: {
          type: 'bash_code_execution_result',
          stdout: 'otter.txt',
          stderr: '',
          return_code: 0,
          content: [],
        },
        opaque: null,
      },
    ],
    citations: [
      {
        url: 'https://example.com/otters',
        title: 'Otters',
        snippet: 'Otters hold hands.',
        startIndex: 0,
        endIndex: 18,
      },
    ],
    usage: usage({ inputTokens: 300, outputTokens: 80, totalTokens: 380 }),
    state: [
      { type: 'thinking', thinking: 'Search it.', signature: 'c2lnLXNlYXJjaA==' },
      {
        type: 'server_tool_use',
        id: 'srvtoolu_made_1',
        name: 'web_search',
        input: { query: 'otters' },
        caller: { type: 'direct' },
      },
      {
        type: 'web_search_tool_result',
        tool_use_id: 'srvtoolu_made_1',
        caller: { type: 'direct' },
        content: [
          {
            type: 'web_search_result',
            title: 'Otters',
            url: 'https://example.com/otters',
            page_age: '2 days',
            encrypted_content: 'ZW5jcnlwdGVk',
          },
        ],
      },
      {
        type: 'text',
        length: 18,
        citations: [
          {
            type: 'web_search_result_location',
            cited_text: 'Otters hold hands.',
            encrypted_index: 'aW5kZXg=',
            title: 'Otters',
            url: 'https://example.com/otters',
          },
        ],
      },
      {
        type: 'server_tool_use',
        id: 'srvtoolu_made_2',
        name: 'bash_code_execution',
        input: { command: 'ls' },
      },
      {
        type: 'bash_code_execution_tool_result',
        tool_use_id: 'srvtoolu_made_2',
        content: {
          type: 'bash_code_execution_result',
          stdout: 'otter.txt',
          stderr: '',
          return_code: 0,
          content: [],
        },
      },
    ],
  }),
  pause: result({
    text: 'Searching 👋. Nothing found.',
    toolCalls: [
      {
        callId: 'srvtoolu_made_p',
        name: 'web_search',
        arguments: { query: 'otters' },
        builtIn: true,
        result: { type: 'web_search_tool_result_error', error_code: 'unavailable' },
        opaque: null,
      },
    ],
    citations: [
      { url: 'https://example.com/none', title: null, snippet: 'None.', startIndex: 14, endIndex: 28 },
    ],
    usage: usage({ inputTokens: 550, outputTokens: 27, totalTokens: 577, cacheReadTokens: 40 }),
    state: [
      { type: 'text', length: 14 },
      { type: 'server_tool_use', id: 'srvtoolu_made_p', name: 'web_search', input: { query: 'otters' } },
      {
        type: 'web_search_tool_result',
        tool_use_id: 'srvtoolu_made_p',
        content: { type: 'web_search_tool_result_error', error_code: 'unavailable' },
      },
      {
        type: 'text',
        length: 14,
        citations: [
          {
            type: 'web_search_result_location',
            cited_text: 'None.',
            encrypted_index: 'aW5kZXg=',
            title: null,
            url: 'https://example.com/none',
          },
        ],
      },
    ],
  }),
  'refusal-with-text': result({
    text: 'Well, ',
    finishReason: 'content-filter',
    rawFinishReason: 'refusal',
    usage: usage({ inputTokens: 15, outputTokens: 3, totalTokens: 18 }),
  }),
  length: result({
    text: 'Once upon a',
    finishReason: 'length',
    rawFinishReason: 'max_tokens',
    usage: usage({ inputTokens: 15, outputTokens: 4, totalTokens: 19 }),
  }),
  'cut-before-arguments': result({
    text: 'Calling.',
    finishReason: 'length',
    rawFinishReason: 'max_tokens',
    usage: usage({ inputTokens: 5, outputTokens: 9, totalTokens: 14 }),
  }),
  'context-window': result({
    text: 'Once upon a',
    finishReason: 'length',
    rawFinishReason: 'model_context_window_exceeded',
    usage: usage({ inputTokens: 15, outputTokens: 4, totalTokens: 19 }),
  }),
  cache: result({
    text: 'OK',
    rawFinishReason: 'stop_sequence',
    usage: usage({
      inputTokens: 2711,
      outputTokens: 4,
      totalTokens: 2715,
      cacheReadTokens: 2000,
      cacheWriteTokens: 700,
    }),
  }),
  structured: result({
    text: '{"city":"Rome"}',
    usage: usage({ inputTokens: 50, outputTokens: 8, totalTokens: 58 }),
  }),
  unknown: result({
    text: 'Whole at its start.',
    usage: usage({ inputTokens: 5, outputTokens: 8, totalTokens: 13 }),
  }),
};
