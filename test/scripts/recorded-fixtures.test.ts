import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Fixture } from '../../scripts/record/fixture.ts';
import { RECORD_CASES } from '../support/upstream/record-cases.ts';
import { assertScrubbed } from '../../scripts/record/scrub.ts';
import { never } from '../providers/text/openai/openai-harness.ts';
import { sendRecorded } from './recorded-fixture.ts';
import { startUpstream } from '../support/upstream/upstream-server.ts';
import { connectLine } from '../contract/contract-upstream.ts';
import { requestFor } from '../contract/contract-request.ts';
import { expectLawful, hear } from '../contract/laws.ts';
import { modelsOf, VENDOR_PROVIDERS } from '../contract/providers.ts';

const FOLDER = new URL('../providers/text/', import.meta.url);

/** What maintainers with keys have recorded with `npm run record`; there may be none. */
const RECORDED = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /\/fixtures\/recorded-[\w-]+\.json$/.test(path),
);

describe.skipIf(RECORDED.length === 0)('recorded fixtures (skipped while nobody has recorded any)', () => {
  test.each(RECORDED)('%s is scrubbed, and its provider reads it lawfully', async (path) => {
    const text = readFileSync(new URL(path, FOLDER), 'utf8');
    assertScrubbed(text, { secrets: [] });
    const { recorded, exchanges } = JSON.parse(text) as Fixture;
    const line = VENDOR_PROVIDERS.find((candidate) =>
      modelsOf(candidate).some(
        ({ provider, name }) => provider === recorded.provider && name === recorded.model,
      ),
    );
    const config = line && modelsOf(line).find(({ name }) => name === recorded.model);
    if (line === undefined || config === undefined)
      throw new Error(`the catalogue no longer has ${recorded.model}: record ${path} again`);
    let served = 0;
    await using upstream = await startUpstream((request) => {
      served += 1;
      return sendRecorded(line.wire, request, exchanges[served - 1]);
    });
    const provider = await connectLine(line, config, upstream.origin);
    const asked = RECORD_CASES[recorded.case]?.request(config) ?? requestFor('text', config);
    if (exchanges[0]?.response.payloads === undefined) {
      const settled = await Promise.allSettled([provider.generate(asked, { signal: never() })]);
      expect(settled[0]?.status).toBe(RECORD_CASES[recorded.case]?.fails ? 'rejected' : 'fulfilled');
    } else expectLawful(await hear(provider.stream(asked, { signal: never() })));
  });
});
