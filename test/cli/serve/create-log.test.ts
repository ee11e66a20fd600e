import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createLog } from '../../../cli/serve/create-log.ts';
import { runCommand } from '../../support/app/run-command.ts';
import { startServerProcess } from '../../support/app/server-process.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const writtenTo = (isOutputTerminal: boolean, logFormat: 'auto' | 'pretty'): string => {
  const output = new PassThrough();
  const terminal = { output, errors: output, isTerminal: false, isOutputTerminal, hasColours: false };
  createLog({ logLevel: 'info', logFormat }, terminal).info({ name: 'value' }, 'a message');
  return String(output.read());
};

test('a terminal gets lines for people, unless the settings say otherwise', () => {
  expect(writtenTo(true, 'auto')).toMatch(/ INFO {2}a message +name=value\n$/);
  expect(writtenTo(false, 'pretty')).toMatch(/ INFO {2}a message +name=value\n$/);
});

test('what is no terminal gets one JSON object a line', async () => {
  await using server = await startServerProcess({ MODELGRAPH_DATA: 'memory' });
  for (const line of server.lines) expect(JSON.parse(line)).toMatchObject({ level: 'info' });
});

test('lines for people can be asked for where there is no terminal', async () => {
  await using folder = temporaryFolder();
  const { errors, code } = await runCommand(['--log-format', 'fancy'], folder.path);
  expect([code, errors]).toEqual([
    1,
    'The configuration is invalid:\n- MODELGRAPH_LOG_FORMAT: must be one of auto, pretty, json, not "fancy"\n',
  ]);
});
