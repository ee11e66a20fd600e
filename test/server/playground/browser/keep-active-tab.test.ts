import { expect, test } from 'vitest';
import {
  keepActiveTab,
  storeActiveTab,
  toShortAddress,
} from '../../../../src/server/playground/browser/keep-active-tab.ts';

const PAGE = 'http://127.0.0.1:4000/graphql';

const createStorage = (items: Readonly<Record<string, string>>) => {
  const kept = new Map(Object.entries(items));
  return {
    kept,
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  };
};

const tabState = (activeTabIndex: number): string =>
  JSON.stringify({
    activeTabIndex,
    tabs: [
      { query: '{ first }', variables: null },
      { query: '{ second }', variables: '{"a":1}' },
      { query: null, variables: null },
    ],
  });

test.each([
  [0, { 'graphiql:query': '{ first }' }],
  [1, { 'graphiql:query': '{ second }', 'graphiql:variables': '{"a":1}' }],
  [2, {}],
])('tab %i stays the active one: its query and variables stand for those edited last', (index, expected) => {
  const storage = createStorage({
    'graphiql:tabState': tabState(index),
    'graphiql:query': '{ stale }',
    'graphiql:variables': '{"stale":true}',
  });
  keepActiveTab(storage, PAGE);
  storage.kept.delete('graphiql:tabState');
  expect(Object.fromEntries(storage.kept)).toEqual(expected);
});

test.each([
  ['there is no state', {}],
  ['the state cannot be read', { 'graphiql:tabState': '{' }],
  ['the state has no tabs', { 'graphiql:tabState': '{"activeTabIndex":0}' }],
  ['the active tab is not there', { 'graphiql:tabState': tabState(7) }],
])('nothing changes where %s', (_case, items) => {
  const storage = createStorage({ ...items, 'graphiql:query': '{ mine }' });
  keepActiveTab(storage, PAGE);
  expect(Object.fromEntries(storage.kept)).toEqual({ ...items, 'graphiql:query': '{ mine }' });
});

test.each([
  ['?query=%7B+second+%7D', ''],
  ['?query=%7B+second+%7D&x=1', '?x=1'],
  ['?query=%7B+linked+%7D', '?query=%7B+linked+%7D'],
  ['', ''],
])(
  'of the address %s stays %s: a query that a tab has would be opened in place of the active tab',
  (given, left) => {
    const storage = createStorage({ 'graphiql:tabState': tabState(0) });
    expect(keepActiveTab(storage, `${PAGE}${given}`)).toBe(`${PAGE}${left}`);
  },
);

test('an address that no server would take goes without its query', () => {
  expect(toShortAddress('/graphql?query=%7Ba%7D', PAGE)).toBe(`${PAGE}?query=%7Ba%7D`);
  expect(toShortAddress(`/graphql?query=${'a'.repeat(5_000)}`, PAGE)).toBe(PAGE);
});

test.each([
  [2, 3, 2],
  [-1, 3, 0],
  [2, 4, 0],
])('with tab %i of %i active as the page is left, tab %i is stored', (index, count, stored) => {
  const storage = createStorage({ 'graphiql:tabState': tabState(0) });
  storeActiveTab(storage, index, count);
  expect(storage.kept.get('graphiql:tabState')).toBe(tabState(stored));
});
