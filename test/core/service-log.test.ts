import { expect, test } from 'vitest';
import { createSafeLog, type ServiceLog } from '../../src/core/service-log.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

test('lines go to the log as they are, at their level', () => {
  const lines: unknown[] = [];
  const write =
    (level: string): ServiceLog['info'] =>
    (fields, message) =>
      void lines.push([level, fields, message]);
  const log = createSafeLog({
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  });
  for (const level of LEVELS) log[level]({ level }, `a ${level}`);
  expect(lines).toEqual(LEVELS.map((level) => [level, { level }, `a ${level}`]));
});

test('a line that cannot be written throws nothing, and is reported where the log takes that', () => {
  const errors: unknown[] = [];
  const broken = (): never => {
    throw new Error('no disk');
  };
  const error: ServiceLog['error'] = (fields, message) =>
    void errors.push([String(fields['err']), fields['line'], message]);
  const log = createSafeLog({ debug: broken, info: broken, warn: broken, error });
  log.info({}, 'a generation ended');
  expect(errors).toEqual([['Error: no disk', 'a generation ended', 'a line could not be logged']]);
  const deaf = createSafeLog({ debug: broken, info: broken, warn: broken, error: broken });
  for (const level of LEVELS) deaf[level]({}, 'nothing');
});
