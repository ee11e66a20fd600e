// Run by environment.test.ts in a process of its own, whose environment is full of settings the SDK reads.
import { collect } from '../../../../src/core/stream-event.ts';
import { connect, createConfig, createRequest, never } from './openai-harness.ts';

const [, , origin = ''] = process.argv;
for (const apiType of ['chat_completion', 'responses_api'] as const) {
  const provider = connect(origin, createConfig(apiType));
  const request = createRequest();
  await Promise.allSettled([
    provider.generate(request, { signal: never() }),
    collect(provider.stream(request, { signal: never() })),
  ]);
}
