import { describe, expect, it } from 'vitest';
import type { ModelStatus } from '../../src/core/model-config.ts';
import { findEndOf, statusOn } from '../../src/core/model-status.ts';
import { createToday } from '../../src/core/utc-day.ts';

const going: ModelStatus = { type: 'deprecated', replacement: 'next', shutdownDate: '2027-01-31' };

describe('a model with a shutdown date', () => {
  it('may answer through its last day, and is retired from the next on', () => {
    expect(statusOn(going, '2027-01-30').type).toBe('deprecated');
    expect(statusOn(going, '2027-01-31').type).toBe('deprecated');
    expect(statusOn(going, '2027-02-01')).toEqual({ ...going, type: 'retired' });
  });

  it('is spoken of in the tense of the day', () => {
    expect(findEndOf('old', going, '2027-01-30')).toBe(
      'The model "old" is deprecated and is shut down on 2027-01-31. Use "next" instead.',
    );
    expect(findEndOf('old', going, '2027-01-31')).toBe(
      'The model "old" is deprecated and is shut down today, 2027-01-31. Use "next" instead.',
    );
    expect(findEndOf('old', going, '2027-02-01')).toBe(
      'The model "old" was shut down by its provider on 2027-01-31. Use "next" instead.',
    );
  });

  it('is spoken of without what is not known', () => {
    const unknown = { replacement: null, shutdownDate: null };
    expect(findEndOf('old', { type: 'deprecated', ...unknown }, '2027-01-01')).toBe(
      'The model "old" is deprecated.',
    );
    expect(findEndOf('old', { type: 'retired', ...unknown }, '2027-01-01')).toBe(
      'The model "old" was shut down by its provider.',
    );
    expect(findEndOf('new', { type: 'active' }, '2027-01-01')).toBeUndefined();
  });
});

it('a day begins at midnight UTC', () => {
  let now = Date.parse('2026-11-30T23:59:59.999Z');
  const today = createToday(() => now);
  expect([today(), today()]).toEqual(['2026-11-30', '2026-11-30']);
  now += 1;
  expect(today()).toBe('2026-12-01');
});
