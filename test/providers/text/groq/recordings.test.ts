import { connectGroq } from '../../../../src/providers/text/groq/provider.ts';
import { createConfig } from '../openai/openai-harness.ts';
import { chatOracle } from '../openai-compatible/recording-oracles.ts';
import { describeRecordings } from '../openai-compatible/recordings-suite.ts';
import { CHAT_FRAMING } from '../openai-compatible/vendor-suite.ts';

describeRecordings('groq', {
  vendor: {
    connect: connectGroq,
    config: createConfig('chat_completion', { provider: 'groq' }),
    framing: CHAT_FRAMING,
  },
  files: [
    'groq-text.chunks.txt',
    'groq-reasoning.chunks.txt',
    'groq-tool-call.chunks.txt',
    'test_groq_model_web_search_tool_stream.yaml',
    'test_tool_use_failed_error.yaml',
    'test_tool_use_failed_error_streaming.yaml',
  ],
  oracle: chatOracle,
  // The model's own call is wrong: by HTTP 400 to a waiting call, in the middle of a stream that began with 200.
  failures: {
    'test_tool_use_failed_error.yaml': ['PROVIDER_FAILED'],
    'test_tool_use_failed_error_streaming.yaml': ['PROVIDER_FAILED'],
  },
  errors: [{ file: 'test_tool_regular_error.yaml', code: 'PROVIDER_REJECTED', providerStatus: 404 }],
  faulty: 'groq-reasoning.chunks.txt',
});
