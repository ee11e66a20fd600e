interface Tab {
  readonly query?: unknown;
  readonly variables?: unknown;
}

interface TabState {
  readonly activeTabIndex?: number;
  readonly tabs?: readonly Tab[];
}

const findActiveTab = (stored: string | null): Tab | undefined => {
  if (stored === null) return undefined;
  try {
    const { activeTabIndex, tabs } = JSON.parse(stored) as TabState;
    return tabs?.[activeTabIndex ?? -1];
  } catch (error) {
    // GraphiQL opens its default tabs in place of a state that it cannot read.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

/**
 * Makes GraphiQL open with the tab that was active before a reload. GraphiQL activates the tab whose query and
 * variables are those edited last, and adds an empty tab where there is none, such as after a reload before any edit
 * (seen in `@graphql-yoga/render-graphiql` 5.24.1, which names these keys).
 */
export const keepActiveTab = (storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): void => {
  const tab = findActiveTab(storage.getItem('graphiql:tabState'));
  if (tab === undefined) return;
  for (const name of ['query', 'variables'] as const) {
    const value = tab[name];
    if (typeof value === 'string') storage.setItem(`graphiql:${name}`, value);
    else storage.removeItem(`graphiql:${name}`);
  }
};
