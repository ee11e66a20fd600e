import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BATCH_STATUSES } from '../../src/core/batch.ts';
import {
  assertJobMove,
  assertVendorCall,
  BATCH_MOVES,
  isTerminalBatch,
  JOB_RULES,
  JOB_STATES,
  statusesBefore,
  type VendorCall,
} from '../../src/core/batch-states.ts';

const CALLS: readonly VendorCall[] = ['submit', 'find', 'poll', 'cancel', 'results'];

/** The rows of the table that has this heading, each cell as the quoted words in it. */
const readTable = (heading: string): readonly (readonly (readonly string[])[])[] => {
  const page = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8');
  const [, section = ''] = page.split(`\n### ${heading}\n`);
  const [table = ''] = section.trim().split('\n\n');
  return table
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => [...cell.matchAll(/`([a-z]+)`/g)].map(([, word = '']) => word)),
    );
};

describe('a job of a batch', () => {
  test('makes every move in the table, and no other', () => {
    for (const from of JOB_STATES)
      for (const to of JOB_STATES) {
        const move = (): void => assertJobMove(from, to);
        if (from === to || JOB_RULES[from].moves.includes(to)) expect(move).not.toThrow();
        else expect(move).toThrow(new TypeError(`a job of a batch cannot go from "${from}" to "${to}"`));
      }
  });

  test('calls its vendor as its state allows, and not otherwise', () => {
    for (const state of JOB_STATES)
      for (const call of CALLS) {
        const make = (): void => assertVendorCall(state, call);
        if (JOB_RULES[state].calls.includes(call)) expect(make).not.toThrow();
        else expect(make).toThrow(TypeError);
      }
  });

  test('comes from any state to its end, and from there nowhere', () => {
    for (const state of JOB_STATES)
      expect(state === 'done' ? JOB_RULES.done.moves : JOB_RULES[state].moves).toEqual(
        state === 'done' ? [] : expect.arrayContaining(['done']),
      );
  });
});

test('a batch that is terminal moves nowhere, and every other one can come to an end', () => {
  const terminal = BATCH_STATUSES.filter(isTerminalBatch);
  expect(terminal).toEqual(['completed', 'cancelled', 'failed', 'expired']);
  for (const status of BATCH_STATUSES) {
    const ends = BATCH_MOVES[status].some(isTerminalBatch);
    expect(ends).toBe(!terminal.includes(status));
    expect(statusesBefore(status)).toEqual(
      BATCH_STATUSES.filter((before) => BATCH_MOVES[before].includes(status)),
    );
  }
});

test('the page on states has the tables of the code', () => {
  expect(readTable('A job').map(([state, , , calls, moves]) => [state, calls, moves])).toEqual(
    JOB_STATES.map((state) => [[state], JOB_RULES[state].calls, JOB_RULES[state].moves]),
  );
  expect(readTable('A batch').map(([status, , moves]) => [status?.[0], moves])).toEqual(
    Object.entries(BATCH_MOVES),
  );
});
