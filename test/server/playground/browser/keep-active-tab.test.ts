import { expect, test } from 'vitest';
import { keepActiveTab } from '../../../../src/server/playground/browser/keep-active-tab.ts';

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
  keepActiveTab(storage);
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
  keepActiveTab(storage);
  expect(Object.fromEntries(storage.kept)).toEqual({ ...items, 'graphiql:query': '{ mine }' });
});
