import { describe, expect, test } from 'vitest';
import { createSchema } from '../../src/schema/index.ts';
import { findInputProblems } from '../../src/schema/input-problems.ts';

const schema = createSchema();
const MOST = 10;

const typeOf = (name: string) => {
  const type = schema.getType(name);
  if (type === undefined || !('name' in type)) throw new Error(`the schema has no ${name}`);
  return type as Parameters<typeof findInputProblems>[1];
};

const keys = (count: number): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`unknown${at}`, at]));

/** The problems of a value, and how many values are visited to find them. */
const search = (type: string, value: unknown) => {
  let visited = 0;
  const problems = findInputProblems(value, typeOf(type), {
    most: MOST,
    hideSuggestions: false,
    count: () => {
      visited += 1;
    },
  });
  return { problems, visited };
};

const INPUT = { model: 'demo', prompt: 'Hi' };

describe('what is wrong with an input', () => {
  test('is found in as many steps, whether it has a thousand unknown fields or a hundred thousand', () => {
    const steps = [1_000, 10_000, 100_000].map((count) =>
      search('GenerateInput', { ...INPUT, ...keys(count) }),
    );
    expect(steps.map(({ problems }) => problems.length)).toEqual([MOST, MOST, MOST]);
    expect(new Set(steps.map(({ visited }) => visited)).size).toBe(1);
  });

  test('is found in steps that grow with the input, not with its square', () => {
    const visitsOf = (messages: number): number =>
      search('GenerateInput', {
        model: 'demo',
        messages: [...Array.from({ length: messages }, () => ({ user: [{ text: 'Hi' }] })), { user: 1 }],
      }).visited;
    const [one, two, four] = [100, 200, 400].map(visitsOf) as [number, number, number];
    expect(four - two).toBe(2 * (two - one));
  });

  test('is told of a number with more digits than JavaScript keeps, in words for numbers', () => {
    const messageOf = (field: string, digits: string): string | undefined =>
      search('GenerateInput', { ...INPUT, [field]: JSON.rawJSON(digits) }).problems[0]?.message;
    expect(messageOf('seed', '12345678901234567891')).toBe(
      'Int cannot represent non 32-bit signed integer value: 12345678901234567000',
    );
    expect(messageOf('prompt', '-12345678901234567891')).toBe(
      'String cannot represent a non string value: -12345678901234567000',
    );
    expect(messageOf('temperature', '12345678901234567891')).toBe(
      'Float cannot represent a number of so many digits.',
    );
    expect(messageOf('metadata', '12345678901234567891')).toBeUndefined();
  });

  test('is told without what was sent, however long that is', () => {
    for (const value of [
      { ...INPUT, temperature: 'x'.repeat(1_000_000) },
      { ...INPUT, ['y'.repeat(1_000_000)]: 1 },
      { ...INPUT, tools: 'z'.repeat(1_000_000) },
    ]) {
      const { problems } = search('GenerateInput', value);
      expect(problems).not.toEqual([]);
      expect(JSON.stringify(problems).length).toBeLessThan(2_000);
    }
  });
});
