import { inspect } from 'node:util';
import { expect, test, vi } from 'vitest';
import { hideSecrets } from '../../src/core/secrets.ts';
import { createSafeLog } from '../../src/telemetry/safe-log.ts';

const fail = (): never => {
  throw new Error('the disk is full');
};

test('a line that cannot be written is reported without its fields, and never thrown', () => {
  const lines: unknown[] = [];
  const write =
    (level: string) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void => {
      if ('broken' in fields) fail();
      lines.push([level, fields, message]);
    };
  const log = createSafeLog({
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  });
  log.info({ a: 1 }, 'well');
  log.warn({ broken: true, secret: 1 }, 'not so well');
  expect(lines).toEqual([
    ['info', { a: 1 }, 'well'],
    ['error', { line: 'not so well', reason: 'the disk is full' }, 'a log line could not be written'],
  ]);
});

test('a log that takes no line at all is reported to the standard error output', () => {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const log = createSafeLog({ debug: fail, info: fail, warn: fail, error: fail });
  log.error({ secret: 1 }, 'lost');
  const text = written.mock.calls.map(([line]) => String(line)).join('');
  written.mockRestore();
  expect(text).toBe('a log line could not be written: {"line":"lost","reason":"the disk is full"}\n');
});

test('a line holds no key of this server, wherever in its fields, and errors stay errors', () => {
  const show = hideSecrets(['plainkey-1234567']);
  const lines: (readonly [Readonly<Record<string, unknown>>, string])[] = [];
  const write = (fields: Readonly<Record<string, unknown>>, message: string): void =>
    void lines.push([fields, message]);
  const log = createSafeLog({ debug: write, info: write, warn: write, error: write });
  class VendorError extends Error {
    readonly headers = { 'x-request-id': 'plainkey-1234567', list: [['key', 'plainkey-1234567']] };
  }
  const untouched = { code: 'ok', at: new Date(0) };
  try {
    log.debug(
      { err: new VendorError('with plainkey-1234567', { cause: new Error('plainkey-1234567') }) },
      'm',
    );
    log.warn({ 'plainkey-1234567': 1 }, 'of plainkey-1234567');
    log.info(untouched, 'nothing');
  } finally {
    show();
  }
  expect(inspect(lines, { depth: 12, showHidden: true })).not.toMatch(/plainkey-1234567/);
  expect(lines[0]?.[0]['err']).toBeInstanceOf(VendorError);
  expect(lines[0]?.[0]['err']).toMatchObject({ message: 'with [key]' });
  expect(lines[2]?.[0]).toBe(untouched);
});

test('a line about an error that is in itself is written, without a key', () => {
  const show = hideSecrets(['plainkey-1234567']);
  const lines: unknown[] = [];
  const write = (fields: Readonly<Record<string, unknown>>): void => void lines.push(fields);
  const log = createSafeLog({ debug: write, info: write, warn: write, error: write });
  const error = new Error('of plainkey-1234567');
  error.cause = error;
  const circle: Record<string, unknown> = { error, list: [error, 'plainkey-1234567'] };
  circle['itself'] = circle;
  try {
    log.error({ err: error, circle, other: circle }, 'a circle');
  } finally {
    show();
  }
  expect(lines).toMatchObject([
    { err: { message: 'of [key]', cause: '[Circular]' }, circle: { itself: '[Circular]' } },
  ]);
  expect(inspect(lines, { depth: 12, showHidden: true })).not.toContain('plainkey-1234567');
});
