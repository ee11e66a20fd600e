import type { Reading } from './read.ts';

/** One turn of one recording, and in what the two readings of it differ. */
export interface DifferentTurn {
  readonly file: string;
  /** Which of its turns, from 0. */
  readonly turn: number;
  readonly fields: readonly (keyof Reading)[];
}

export interface Difference {
  readonly reason: string;
  readonly turns: readonly DifferentTurn[];
}

/** Every difference between the two readers that is to stay. One that is not listed, or has gone, fails the test. */
export const DIFFERENCES: readonly Difference[] = [
  {
    reason: 'what a vendor does not report is null here, never 0',
    turns: [
      {
        file: 'anthropic/anthropic-message-delta-input-tokens.chunks.txt',
        turn: 0,
        fields: ['cacheReadTokens', 'cacheWriteTokens'],
      },
      { file: 'gemini/google-text.chunks.txt', turn: 0, fields: ['cacheReadTokens'] },
      {
        file: 'gemini/test_google_streaming_tool_call_thought_signature.yaml',
        turn: 0,
        fields: ['cacheReadTokens'],
      },
      {
        file: 'gemini/test_google_streaming_tool_call_thought_signature.yaml',
        turn: 1,
        fields: ['cacheReadTokens', 'reasoningTokens'],
      },
      {
        file: 'gemini/chat_with_extended_thinking_gemini_gemini-3-flash-preview_streams_thinking_content_when_available.yml',
        turn: 0,
        fields: ['cacheReadTokens'],
      },
      { file: 'gemini/google-stream-no-args-tool-call.chunks.txt', turn: 0, fields: ['cacheReadTokens'] },
      {
        file: 'gemini/chat_with_schema_with_gemini_gemini-3-flash-preview_accepts_a_json_schema_and_returns_structured_output.yml',
        turn: 0,
        fields: ['cacheReadTokens'],
      },
      {
        file: 'gemini/chat_function_calling_gemini_gemini-2_5-flash_can_use_tools_with_multi-turn_streaming_conversations.yml',
        turn: 0,
        fields: ['cacheReadTokens'],
      },
      {
        file: 'gemini/chat_function_calling_gemini_gemini-2_5-flash_can_use_tools_with_multi-turn_streaming_conversations.yml',
        turn: 1,
        fields: ['cacheReadTokens', 'reasoningTokens'],
      },
      {
        file: 'gemini/chat_function_calling_gemini_gemini-2_5-flash_can_use_tools_with_multi-turn_streaming_conversations.yml',
        turn: 2,
        fields: ['cacheReadTokens', 'reasoningTokens'],
      },
      {
        file: 'gemini/chat_function_calling_gemini_gemini-2_5-flash_can_use_tools_with_multi-turn_streaming_conversations.yml',
        turn: 3,
        fields: ['cacheReadTokens'],
      },
      {
        file: 'gemini/chat_gemini_token_accounting_correctly_sums_candidatestokencount_and_thoughtstokencount_in_streaming.yml',
        turn: 0,
        fields: ['cacheReadTokens'],
      },
      { file: 'gemini/google-stream-tool-call-arguments.chunks.txt', turn: 0, fields: ['cacheReadTokens'] },
      { file: 'gemini/test_google_model_web_search_tool_stream.yaml', turn: 0, fields: ['cacheReadTokens'] },
      { file: 'gemini/test_google_model_web_search_tool_stream.yaml', turn: 1, fields: ['cacheReadTokens'] },
      { file: 'deepseek/deepseek-text.chunks.txt', turn: 0, fields: ['reasoningTokens'] },
      {
        file: 'deepseek/chat_streaming_responses_deepseek_deepseek-chat_supports_streaming_responses.yml',
        turn: 0,
        fields: ['reasoningTokens'],
      },
    ],
  },
  {
    reason: 'every page a search has found is a source there; here only what the text cites is a citation',
    turns: [
      { file: 'openai/openai-web-search-tool.1.chunks.txt', turn: 0, fields: ['sources'] },
      {
        file: 'anthropic/chat_web_search_with_anthropic_claude-haiku-4-5_streams_search_turns_and_reconstructs_them.yml',
        turn: 0,
        fields: ['sources'],
      },
      { file: 'anthropic/test_pause_turn_web_search_streaming_vcr.yaml', turn: 0, fields: ['sources'] },
      { file: 'anthropic/anthropic-web-search-tool.1.chunks.txt', turn: 0, fields: ['sources'] },
    ],
  },
  {
    reason:
      'several responses in one stream are one turn there; here a stream ends with the first terminal event',
    turns: [
      {
        file: 'openai/openai-reasoning-encrypted-content.1.chunks.txt',
        turn: 0,
        fields: ['text', 'toolCalls', 'inputTokens', 'outputTokens'],
      },
    ],
  },
  {
    reason: 'the call of an MCP server that waits for approval; this API offers no MCP servers',
    turns: [{ file: 'openai/openai-mcp-tool-approval.1.chunks.txt', turn: 0, fields: ['builtInCalls'] }],
  },
  {
    reason: 'what a compound system has run on its own is a built-in call here, and nothing there',
    turns: [{ file: 'groq/test_groq_model_web_search_tool_stream.yaml', turn: 0, fields: ['builtInCalls'] }],
  },
  {
    reason: "reasoning as plain text, which OpenAI's own models never send, is read here and not there",
    turns: [{ file: 'deepseek/test_deepseek_responses-text_stream-.yaml', turn: 0, fields: ['reasoning'] }],
  },
];
