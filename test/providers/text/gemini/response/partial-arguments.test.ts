import { expect, test } from 'vitest';
import { createPartialArguments } from '../../../../../src/providers/text/gemini/response/partial-arguments.ts';

const valueOf = (...partials: Parameters<ReturnType<typeof createPartialArguments>['add']>[0][]): unknown => {
  const partial = createPartialArguments();
  for (const at of partials) partial.add(at);
  return partial.value();
};

test('values land where their paths say', () => {
  expect(
    valueOf(
      { jsonPath: '$.a.b[0].c', stringValue: 'x' },
      { jsonPath: '$.a.b[1]', numberValue: 0 },
      { jsonPath: `$['with \\' quote']["and.dot"]`, boolValue: false },
      { jsonPath: '$.nothing', nullValue: 'NULL_VALUE' },
    ),
  ).toEqual({ a: { b: [{ c: 'x' }, 0] }, "with ' quote": { 'and.dot': false }, nothing: null });
});

test('a text goes on while it says so, and is replaced afterwards', () => {
  const path = { jsonPath: '$.text' };
  expect(valueOf({ ...path, stringValue: 'a', willContinue: true }, { ...path, stringValue: 'b' })).toEqual({
    text: 'ab',
  });
  expect(valueOf({ ...path, stringValue: 'a' }, { ...path, stringValue: 'b' })).toEqual({ text: 'b' });
});

test.each(['', '$', 'a', '$.', '$.a..b', '$.list[7]', '$[0]', '$.a[*]'])(
  'the path %j is refused',
  (jsonPath) => {
    expect(() => valueOf({ jsonPath, stringValue: 'x' })).toThrow(TypeError);
  },
);

test('no path reaches a prototype', () => {
  valueOf(
    { jsonPath: '$.__proto__.polluted', stringValue: 'x' },
    { jsonPath: '$.constructor.prototype.polluted', stringValue: 'x' },
  );
  expect({}).not.toHaveProperty('polluted');
});
