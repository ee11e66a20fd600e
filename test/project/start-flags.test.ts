import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const [FLAG = 'none'] = /--max-semi-space-size=\d+/.exec(manifest.scripts.start) ?? [];

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test.each([
  ['the image', 'Containerfile', /^ENV NODE_ENV.*$/m],
  ['the unit of systemd', 'deploy/systemd/modelgraph.service', /^Environment=NODE_OPTIONS=.*$/m],
])('%s starts the server with the young generation that npm start gives it', (_what, path, line) => {
  expect(FLAG).not.toBe('none');
  expect(line.exec(read(path))?.[0]).toContain(FLAG);
});

// Of BusyBox, which Alpine Linux has, `env` takes a program and no options of its own.
test('the command of the package starts wherever there is an env', () => {
  expect(read('src/main.ts').split('\n', 1)).toEqual(['#!/usr/bin/env node']);
});
