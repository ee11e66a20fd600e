interface Tab {
  readonly query?: unknown;
  readonly variables?: unknown;
}

interface TabState {
  readonly activeTabIndex?: number;
  readonly tabs?: readonly Tab[];
}

const parseState = (stored: string | null): TabState | undefined => {
  if (stored === null) return undefined;
  try {
    return JSON.parse(stored) as TabState;
  } catch (error) {
    // GraphiQL opens its default tabs in place of a state that it cannot read.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

/**
 * Makes GraphiQL open with the tab that was active before a reload. GraphiQL activates the tab whose query and
 * variables are those edited last, or whose query is in the address, and adds a tab where there is none (seen in
 * `@graphql-yoga/render-graphiql` 5.24.1, which names these keys). Gives the address to go on with: without the query of
 * an open tab. The query of a link that was followed stays in it, and opens a tab of its own.
 */
export const keepActiveTab = (
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
  pageUrl: string,
): string => {
  const { activeTabIndex = -1, tabs = [] } = parseState(storage.getItem('graphiql:tabState')) ?? {};
  const url = new URL(pageUrl);
  const asked = url.searchParams.get('query');
  if (asked !== null && tabs.some(({ query }) => query === asked)) url.searchParams.delete('query');
  const tab = tabs[activeTabIndex];
  if (tab === undefined) return url.href;
  for (const name of ['query', 'variables'] as const) {
    const value = tab[name];
    if (typeof value === 'string') storage.setItem(`graphiql:${name}`, value);
    else storage.removeItem(`graphiql:${name}`);
  }
  return url.href;
};

/**
 * Stores which tab is active as the page is left: GraphiQL does so half a second after the change, which a quick reload
 * does not wait for. Does nothing where other tabs are stored than the page has.
 */
export const storeActiveTab = (
  storage: Pick<Storage, 'getItem' | 'setItem'>,
  activeTabIndex: number,
  tabCount: number,
): void => {
  const state = parseState(storage.getItem('graphiql:tabState'));
  if (activeTabIndex === -1 || state?.tabs?.length !== tabCount) return;
  storage.setItem('graphiql:tabState', JSON.stringify({ ...state, activeTabIndex }));
};

/** Servers refuse longer addresses. */
const MAX_ADDRESS_LENGTH = 4_000;

/** The address that GraphiQL wishes for, without its query where that makes it too long to be loaded again. */
export const toShortAddress = (address: string | URL, pageUrl: string): string => {
  const url = new URL(address, pageUrl);
  if (url.href.length > MAX_ADDRESS_LENGTH) url.searchParams.delete('query');
  return url.href;
};
