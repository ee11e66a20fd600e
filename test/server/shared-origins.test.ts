import { expect, test } from 'vitest';
import { parseSettings } from '../../config/env.ts';
import { startApp } from '../support/app/app.ts';

const parse = (origins: string): readonly string[] =>
  parseSettings({ MODELGRAPH_ALLOWED_ORIGINS: origins }, []).allowedOrigins;

test.each([
  ['https://*.vercel.app', 'vercel.app'],
  ['https://*.github.io', 'github.io'],
  ['https://*.co.uk:8443', 'co.uk'],
])('%s is allowed, and the start warns of the pages of strangers below it', async (origin, suffix) => {
  await using app = await startApp({ allowedOrigins: parse(origin) });
  const warnings = app.logLines.filter(({ level }) => level === 'warn');
  expect(warnings).toEqual([
    { level: 'warn', fields: { origin }, message: expect.stringContaining(`below ${suffix}`) as string },
  ]);
});

test('names below an own one are warned of by nothing', async () => {
  const allowedOrigins = parse('https://*.example.com,https://*.team.vercel.app,https://app.vercel.app');
  await using app = await startApp({ allowedOrigins });
  expect(app.logLines.filter(({ level }) => level === 'warn')).toEqual([]);
});
