import { expect, test } from 'vitest';
import {
  createPatientDispatcher,
  findPatientDispatcher,
} from '../../../../src/providers/shared/call/patient-dispatcher.ts';
import { startUpstream } from '../../../support/upstream/upstream-server.ts';

const SYMBOL = Symbol.for('undici.globalDispatcher.1');

test('Node hands out a dispatcher that fetch takes', async () => {
  const dispatcher = findPatientDispatcher(10_000);
  if (dispatcher === undefined) throw new Error('expected a dispatcher');
  expect(findPatientDispatcher(10_000)).toBe(dispatcher);
  await using upstream = await startUpstream(({ response }) => void response.end('hello'));
  expect(
    await (await fetch(upstream.origin, Object.assign<RequestInit, object>({}, { dispatcher }))).text(),
  ).toBe('hello');
});

test('the limits undici would apply by itself are switched off, and the one for connecting is set', () => {
  const made: object[] = [];
  class Agent {
    constructor(options: object) {
      made.push(options);
    }
    dispatch(): boolean {
      return true;
    }
  }
  const current = new Agent({});
  expect(createPatientDispatcher({ [SYMBOL]: current }, 1_234)).toBeInstanceOf(Agent);
  expect(made).toEqual([{}, { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 1_234 } }]);
});

test.each([
  ['is absent', {}],
  ['is no object', { [SYMBOL]: 'agent' }],
  ['is no dispatcher', { [SYMBOL]: {} }],
  [
    'cannot be made anew',
    {
      [SYMBOL]: new (class {
        constructor(options?: object) {
          if (options !== undefined) throw new TypeError('needs a uri');
        }
      })(),
    },
  ],
])('where the global dispatcher %s there is none', (_, holder) => {
  expect(createPatientDispatcher(holder, 1_234)).toBeUndefined();
});
