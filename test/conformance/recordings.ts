import type { ApiType } from '../../src/core/model-config.ts';

/** A recording that is asked for through the API, as the model it was recorded of. */
export interface AskedRecording {
  readonly file: string;
  readonly provider: string;
  readonly apiType: ApiType;
  readonly apiModel: string;
}

/** A recording this API has no way to ask for. */
export interface UnaskedRecording {
  readonly file: string;
  readonly reason: string;
}

const asked =
  (provider: string, apiType: ApiType) =>
  (apiModel: string, ...files: readonly string[]): AskedRecording[] =>
    files.map((file) => ({ file: `${provider}/${file}`, provider, apiType, apiModel }));

const openaiChat = asked('openai', 'chat_completion');
const openaiResponses = asked('openai', 'responses_api');
const anthropic = asked('anthropic', 'messages');
const gemini = asked('gemini', 'generate_content');
const groq = asked('groq', 'chat_completion');
const deepseek = asked('deepseek', 'chat_completion');
const xai = asked('xai', 'responses_api');

export const ASKED: readonly AskedRecording[] = [
  ...openaiChat('gpt-4.1-nano', 'openai-text.chunks.txt', 'openai-text.json'),
  ...openaiChat('gpt-4o-mini', 'test_tool_use_basic.yaml', 'test_run_stream_sync_streams_real_model.yaml'),
  ...openaiChat('muse-spark-1.1', 'test_tools_streaming_variant_d.yaml'),
  ...openaiChat('model-router', 'azure-model-router.1.chunks.txt'),
  ...openaiChat(
    'gpt-4o-mini-search-preview',
    'chat_citations_with_openai_gpt-4o-mini-search-preview_returns_url_citations_when_web_search_is_enabled.yml',
  ),
  ...openaiChat('o1-mini', 'test_openai_o1_mini_system_role-developer-.yaml'),
  ...openaiChat('gpt-5', 'test_openai_moderation_stream.yaml'),
  ...openaiResponses(
    'gpt-5-nano',
    'chat_streaming_responses_openai_gpt-5-nano_supports_streaming_responses.yml',
    'openai-error.1.chunks.txt',
    'chat_error_handling_with_openai_gpt-5-nano_raises_appropriate_auth_error.yml',
    'chat_real_error_scenarios_openai_gpt-5-nano_handles_context_length_exceeded_errors.yml',
    'chat_with_schema_with_openai_gpt-5-nano_accepts_a_json_schema_and_returns_structured_output.yml',
    'openai-code-interpreter-tool.1.chunks.txt',
  ),
  ...openaiResponses('o3-mini', 'test_openai_responses_thinking_part_iter.yaml'),
  ...openaiResponses('gpt-5.1-codex-max', 'openai-reasoning-encrypted-content.1.chunks.txt'),
  ...openaiResponses('gpt-5.5', 'test_responses_tool_use_streaming.yaml'),
  ...openaiResponses(
    'gpt-5-mini',
    'openai-web-search-tool.1.chunks.txt',
    'openai-mcp-tool-approval.1.chunks.txt',
  ),
  ...openaiResponses(
    'gpt-5.2',
    'test_openai_include_raw_annotations_streaming.yaml',
    'chat_prompt_cache_round-trip_openai_gpt-5_2_reuses_the_prompt_cache_with_a_shared_key.yml',
  ),
  ...openaiResponses('gpt-4o', 'test_background_mode_streaming_starting_after_vcr.yaml'),
  ...openaiResponses('gpt-5.3-codex', 'openai-phase.1.chunks.txt'),
  ...openaiResponses('gpt-5', 'test_openai_responses_thinking_with_modified_history.yaml'),
  ...anthropic(
    'claude-haiku-4-5',
    'chat_with_extended_thinking_anthropic_claude-haiku-4-5_streams_thinking_content_when_available.yml',
    'chat_function_calling_anthropic_claude-haiku-4-5_can_use_tools_with_multi-turn_streaming_conversations.yml',
    'chat_citations_with_anthropic_claude-haiku-4-5_streams_citations.yml',
    'chat_prompt_cache_round-trip_anthropic_claude-haiku-4-5_writes_then_reads_the_prompt_cache.yml',
    'chat_error_handling_with_anthropic_claude-haiku-4-5_raises_appropriate_auth_error.yml',
    'chat_real_error_scenarios_anthropic_claude-haiku-4-5_handles_context_length_exceeded_errors.yml',
    'chat_web_search_with_anthropic_claude-haiku-4-5_streams_search_turns_and_reconstructs_them.yml',
  ),
  ...anthropic(
    'claude-sonnet-4-5',
    'anthropic-text.chunks.txt',
    'test_anthropic_model_thinking_part_redacted_stream.yaml',
    'anthropic-tool-no-args.chunks.txt',
    'test_pause_turn_web_search_streaming_vcr.yaml',
    'anthropic-json-output-format.1.chunks.txt',
  ),
  ...anthropic('claude-sonnet-4', 'anthropic-web-search-tool.1.chunks.txt'),
  ...anthropic('claude-opus-5', 'anthropic-claude-opus-5-reasoning-high.1.json'),
  ...anthropic('claude-opus-4-5', 'anthropic-message-delta-input-tokens.chunks.txt'),
  ...gemini(
    'gemini-3-pro-preview',
    'google-text.chunks.txt',
    'test_google_streaming_tool_call_thought_signature.yaml',
  ),
  ...gemini(
    'gemini-3-flash-preview',
    'chat_with_extended_thinking_gemini_gemini-3-flash-preview_streams_thinking_content_when_available.yml',
    'google-stream-no-args-tool-call.chunks.txt',
    'chat_with_schema_with_gemini_gemini-3-flash-preview_accepts_a_json_schema_and_returns_structured_output.yml',
  ),
  ...gemini(
    'gemini-2.5-flash',
    'chat_function_calling_gemini_gemini-2_5-flash_can_use_tools_with_multi-turn_streaming_conversations.yml',
    'chat_error_handling_with_gemini_gemini-2_5-flash_raises_appropriate_auth_error.yml',
    'chat_real_error_scenarios_gemini_gemini-2_5-flash_handles_context_length_exceeded_errors.yml',
    'chat_gemini_token_accounting_correctly_sums_candidatestokencount_and_thoughtstokencount_in_streaming.yml',
  ),
  ...gemini('gemini-3.1-pro-preview', 'google-stream-tool-call-arguments.chunks.txt'),
  ...gemini('gemini-2.5-pro', 'test_google_model_web_search_tool_stream.yaml'),
  ...groq('llama-3.3-70b-versatile', 'groq-tool-call.chunks.txt', 'groq-text.chunks.txt'),
  ...groq('qwen/qwen3-32b', 'groq-reasoning.chunks.txt'),
  ...groq(
    'openai/gpt-oss-120b',
    'test_tool_use_failed_error_streaming.yaml',
    'test_tool_use_failed_error.yaml',
  ),
  ...groq('non-existent', 'test_tool_regular_error.yaml'),
  ...groq('compound-beta', 'test_groq_model_web_search_tool_stream.yaml'),
  ...deepseek('deepseek-reasoner', 'deepseek-reasoning.chunks.txt', 'deepseek-tool-call.chunks.txt'),
  ...deepseek(
    'deepseek-chat',
    'deepseek-text.chunks.txt',
    'chat_error_handling_with_deepseek_deepseek-chat_raises_appropriate_auth_error.yml',
    'chat_streaming_responses_deepseek_deepseek-chat_supports_streaming_responses.yml',
    'chat_real_error_scenarios_deepseek_deepseek-chat_handles_context_length_exceeded_errors.yml',
  ),
  // A vendor this server has no provider for at that API, behind the one whose API it copies.
  {
    file: 'deepseek/test_deepseek_responses-text_stream-.yaml',
    provider: 'openai',
    apiType: 'responses_api',
    apiModel: 'deepseek-v4-flash',
  },
  ...xai('grok-4-fast-reasoning', 'xai-web-search-tool.1.chunks.txt'),
  ...xai('grok-code-fast-1', 'xai-text-with-reasoning-streaming.1.chunks.txt'),
  ...xai(
    'grok-4.3',
    'chat_streaming_responses_xai_grok-4-1-fast-non-reasoning_supports_streaming_responses.yml',
    'chat_error_handling_with_xai_grok-4-1-fast-non-reasoning_raises_appropriate_auth_error.yml',
    'chat_web_search_with_xai_grok-4_3_searches_cites_and_counts_the_sources_it_used.yml',
  ),
];

const unasked = (reason: string, ...files: readonly string[]): UnaskedRecording[] =>
  files.map((file) => ({ file, reason }));

export const UNASKED: readonly UnaskedRecording[] = [
  ...unasked(
    'a batch, not a generation',
    'openai/batch_with_openai_gpt-5-nano_answers_staged_chats_and_appends_the_answers_to_their_conversations.yml',
    'anthropic/batch_with_anthropic_claude-haiku-4-5_answers_staged_chats_and_appends_the_answers_to_their_conversations.yml',
    'anthropic/batch_with_anthropic_claude-haiku-4-5_cancels_a_running_batch.yml',
    'anthropic/batch_with_anthropic_claude-haiku-4-5_reloads_a_batch_by_id_and_collects_messages_without_the_chats.yml',
    'gemini/batch_with_gemini_gemini-2_5-flash_answers_staged_chats_and_appends_the_answers_to_their_conversations.yml',
    'xai/batch_with_xai_grok-4-1-fast-non-reasoning_answers_staged_chats_and_appends_the_answers_to_their_conversations.yml',
  ),
  ...unasked(
    'counts tokens and generates nothing',
    'anthropic/chat_count_tokens_with_anthropic_claude-haiku-4-5_counts_the_next_request_as_configured.yml',
  ),
  ...unasked(
    'Perplexity is reached by its Responses API alone; this is its old chat API, which repeats the whole message in every chunk',
    'perplexity/perplexity-citations.chunks.txt',
    'perplexity/chat_streaming_responses_perplexity_sonar_supports_streaming_responses.yml',
    'perplexity/chat_citations_with_perplexity_sonar_returns_search_result_citations.yml',
    'perplexity/chat_with_extended_thinking_perplexity_sonar-reasoning-pro_returns_thinking_when_available.yml',
    'perplexity/chat_error_handling_with_perplexity_sonar_raises_appropriate_auth_error.yml',
    'perplexity/chat_real_error_scenarios_perplexity_sonar_handles_context_length_exceeded_errors.yml',
    'perplexity/chat_with_params_perplexity_sonar_supports_json_schema_response_format_param.yml',
  ),
  ...unasked(
    'xAI is reached by its Responses API alone; its chat API counts output without reasoning, as no provider here does',
    'xai/xai-tool-call.chunks.txt',
    'xai/xai-text.chunks.txt',
  ),
];
