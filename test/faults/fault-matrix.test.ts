import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VENDOR_PROVIDERS } from '../contract/providers.ts';
import { expectationOf, FORMS } from './expectations.ts';
import { FAULTS } from './faults.ts';
import { findUnknownFields } from '../contract/request-shape.ts';
import { type FaultyApp, lineOf, type Outcome, startFaultyApp, subscribe, wait } from './faulty-app.ts';
import { type ObservedCell, printMatrix } from './print-matrix.ts';

const FILE = new URL('../../docs/fault-matrix.md', import.meta.url);

/** Set to write docs/fault-matrix.md from what was observed, in place of comparing the two. */
const isUpdate = process.env['UPDATE_FAULT_MATRIX'] === '1';

/** Long enough for a busy machine to bring the first bytes, short enough to wait for. */
const IMPATIENT_MS = 1_000;
const PATIENT_MS = 60_000;

/** The results in the order of the items, so many of which are under way at a time. */
const mapConcurrently = async <T, R>(
  items: readonly T[],
  width: number,
  map: (item: T) => Promise<R>,
): Promise<readonly R[]> => {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += width)
    results.push(...(await Promise.all(items.slice(at, at + width).map(map))));
  return results;
};

describe('what a client hears when a vendor fails', () => {
  let patient: FaultyApp;
  let impatient: FaultyApp;
  const observed: ObservedCell[] = [];
  beforeAll(async () => {
    patient = await startFaultyApp(PATIENT_MS);
    impatient = await startFaultyApp(IMPATIENT_MS);
  });
  afterAll(() => Promise.all([patient, impatient].map((faulty) => faulty?.[Symbol.asyncDispose]())));
  const requests = () => [...patient.upstream.requests, ...impatient.upstream.requests];

  const cells = FAULTS.flatMap((fault) =>
    FORMS.filter((form) => fault.form === undefined || fault.form === form).map((form) => ({
      fault,
      form,
      named: `${fault.name}, ${form}`,
    })),
  );

  test.each(cells)('$named, of every provider', async ({ fault, form }) => {
    const { app } = fault.isSilent ? impatient : patient;
    const lines = VENDOR_PROVIDERS.filter((line) => fault.isPossible?.(line) ?? true);
    const ways = form === 'streamed' ? [subscribe, wait] : [wait];
    const width = fault.isLong === true ? 1 : lines.length;
    const outcomes = await mapConcurrently(lines, width, async (line) => {
      const heard = await mapConcurrently(ways, width, (way) => way(app, line, form, fault));
      const [first, ...others] = heard;
      if (first === undefined) throw new Error('nobody listened');
      for (const other of others) expect(other, 'whoever waits hears the same').toEqual(first);
      return { line: line.name, outcome: first };
    });
    observed.push(...outcomes.map(({ line, outcome }) => ({ fault: fault.name, form, line, outcome })));
    const shown = ({ text, ...rest }: Outcome) => ({ ...rest, keepsText: text !== '' });
    expect(Object.fromEntries(outcomes.map(({ line, outcome }) => [line, shown(outcome)]))).toEqual(
      Object.fromEntries(
        lines.map(({ name, api }) => [
          name,
          { retryAfterMs: null, keepsText: false, ...expectationOf(fault.name, form, api.faults) },
        ]),
      ),
    );
    for (const { outcome } of outcomes) expect(['', 'Grüße']).toContain(outcome.text.replace(/,? $/, ''));
  });

  test('no fault is asked a second time', () => {
    const asked = observed.reduce((sum, { form }) => sum + (form === 'streamed' ? 2 : 1), 0);
    expect(requests()).toHaveLength(asked);
  });

  test('nothing nobody has written down was asked for with', () => {
    const unknown = requests().flatMap((request) => findUnknownFields(lineOf(request).fields, request));
    expect([...new Set(unknown)]).toEqual([]);
  });

  test('docs/fault-matrix.md tells what was observed', async () => {
    const printed = printMatrix(observed);
    if (isUpdate) await writeFile(FILE, printed);
    const hint = 'write it anew: UPDATE_FAULT_MATRIX=1 npx vitest run test/faults';
    expect(await readFile(FILE, 'utf8').catch(() => ''), hint).toBe(printed);
  });
});
