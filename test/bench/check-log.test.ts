import { describe, expect, it } from 'vitest';
import { createLogCheck } from '../../bench/clients/check-log.ts';
import type { WireEvent } from '../../bench/clients/subscription.ts';

const event = (__typename: string, sequence: number, fields: Partial<WireEvent> = {}): WireEvent => ({
  __typename,
  sequence,
  generationId: 'gen_1',
  ...fields,
});

const STARTED = event('GenerationStarted', 1);
const FIRST = event('TextDelta', 2, { offset: 0, text: '0:11;' });
const SECOND = event('TextDelta', 3, { offset: 5, text: '1:12;' });
const THIRD = event('TextDelta', 4, { offset: 10, text: '2:13;' });
const USAGE = event('UsageUpdated', 5);
const COMPLETED = event('GenerationCompleted', 6, { generation: { text: '0:11;1:12;2:13;' } });

const check = (...events: readonly WireEvent[]) => {
  const log = createLogCheck({ deltas: 3 });
  for (const each of events) log.take(each);
  return log.findResult();
};

const CLEAN = { id: 'gen_1', end: 'GenerationCompleted', lost: 0, doubled: 0, snapshots: 0, complete: true };

describe('the check of a followed log', () => {
  it('finds nothing wrong with every event once, in order', () => {
    expect(check(STARTED, FIRST, SECOND, THIRD, USAGE, COMPLETED)).toEqual(CLEAN);
  });

  it('takes deltas that came merged for the events they stand for', () => {
    const merged = event('TextDelta', 4, { offset: 5, text: '1:12;2:13;' });
    expect(check(STARTED, FIRST, merged, USAGE, COMPLETED)).toEqual(CLEAN);
  });

  it('counts an event that came twice once', () => {
    expect(check(STARTED, FIRST, SECOND, SECOND, THIRD, USAGE, COMPLETED)).toEqual({ ...CLEAN, doubled: 1 });
  });

  it('counts a piece of text that is missing once, and the text as incomplete', () => {
    expect(check(STARTED, FIRST, THIRD, USAGE, COMPLETED)).toEqual({ ...CLEAN, lost: 1, complete: false });
  });

  it('notices a missing event that is no text, by its sequence alone', () => {
    expect(check(STARTED, FIRST, SECOND, THIRD, COMPLETED)).toEqual({ ...CLEAN, lost: 1 });
  });

  it('goes on from a snapshot without counting what that stands for', () => {
    const snapshot = event('GenerationSnapshot', 3, { generation: { text: '0:11;1:12;' } });
    expect(check(STARTED, snapshot, THIRD, USAGE, COMPLETED)).toEqual({ ...CLEAN, snapshots: 1 });
  });

  it('calls a text incomplete that lacks deltas the upstream was to send', () => {
    const short = event('GenerationCompleted', 4, { generation: { text: '0:11;1:12;' } });
    expect(check(STARTED, FIRST, SECOND, short)).toEqual({ ...CLEAN, complete: false });
  });

  it('has no verdict before a terminal event', () => {
    expect(check(STARTED, FIRST)).toBeUndefined();
  });
});
