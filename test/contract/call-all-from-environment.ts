// Run by request-side.test.ts in a process of its own, whose environment is full of every vendor's variables.
import { readSettings } from '../../config/env.ts';
import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import { never } from '../providers/text/openai/openai-harness.ts';
import { requestFor } from './contract-request.ts';
import { connectLine } from './contract-upstream.ts';
import { hear } from './laws.ts';
import { VENDOR_PROVIDERS } from './providers.ts';

const { providers } = readSettings(Object.keys(MODEL_CONFIGS));
for (const line of VENDOR_PROVIDERS) {
  const { apiKey = null, baseUrl = null } = providers[line.descriptor.name] ?? {};
  const provider = await connectLine(line, line.model, baseUrl, { apiKey });
  const request = requestFor('text', line.model);
  await Promise.allSettled([
    provider.generate(request, { signal: never() }),
    hear(provider.stream(request, { signal: never() })),
  ]);
}
