import { expect, it } from 'vitest';
import { type ReadAnswer, SharedReads } from '../../src/workers/shared-reads.ts';

const createAsker = (reads: SharedReads, source = 'list of openai') => {
  const answers = new Map<number, ReadAnswer>();
  return {
    answers,
    ask: (worker: number) => reads.ask(source, worker, (answer) => answers.set(worker, answer)),
  };
};

it('one worker reads a source, and the others are given what it has read', () => {
  const reads = new SharedReads();
  const { ask, answers } = createAsker(reads);
  for (const worker of [1, 2, 3]) ask(worker);
  expect(Object.fromEntries(answers)).toEqual({ 1: 'read it' });
  reads.settle('list of openai', 1, ['gpt-9']);
  ask(4);
  const value = ['gpt-9'];
  expect(Object.fromEntries(answers)).toEqual({ 1: 'read it', 2: { value }, 3: { value }, 4: { value } });
});

it('where a worker could not read a source, or has ended, the next one that waits reads it', () => {
  const reads = new SharedReads();
  const { ask, answers } = createAsker(reads);
  for (const worker of [1, 2, 3]) ask(worker);
  reads.settle('list of openai', 1, undefined);
  expect(answers.get(2)).toBe('read it');
  reads.leave(2);
  expect(answers.get(3)).toBe('read it');
  // What one says that does not read any more counts for nothing.
  reads.settle('list of openai', 2, ['late']);
  reads.settle('list of openai', 3, ['gpt-9']);
  ask(4);
  expect(answers.get(4)).toEqual({ value: ['gpt-9'] });
});

it('what was read is read again once it is old, and once the operator asks for it', () => {
  const old = new SharedReads(0);
  const first = createAsker(old);
  first.ask(1);
  old.settle('list of openai', 1, ['gpt-9']);
  first.ask(2);
  expect(first.answers.get(2)).toBe('read it');
  const reads = new SharedReads();
  const second = createAsker(reads);
  second.ask(1);
  reads.settle('list of openai', 1, ['gpt-9']);
  reads.forget();
  second.ask(2);
  expect(second.answers.get(2)).toBe('read it');
});

it('sources are read apart from each other', () => {
  const reads = new SharedReads();
  const openai = createAsker(reads);
  const xai = createAsker(reads, 'list of xai');
  openai.ask(1);
  xai.ask(2);
  expect([openai.answers.get(1), xai.answers.get(2)]).toEqual(['read it', 'read it']);
});
