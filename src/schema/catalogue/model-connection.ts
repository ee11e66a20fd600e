import { resolveArrayConnection } from '@pothos/plugin-relay';
import type { CatalogueModel } from '../../core/catalogue.ts';
import { rejection } from '../../core/errors.ts';
import { builder } from '../builder.ts';
import { ModelType } from '../refs.ts';

/** A page without a size is the whole list: at least as long as the catalogue is likely to be. */
const WHOLE_LIST = 150;

/** What a page of models costs in the complexity of an operation: as much as it may hold. */
export const pageComplexity = (page: PageArguments): { field: number; multiplier: number } => ({
  field: 5,
  multiplier: Math.min(page.first ?? page.last ?? WHOLE_LIST, WHOLE_LIST),
});

export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly last?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly before?: string | null | undefined;
}

/** What the relay plugin writes into the cursors of an array. */
const CURSOR_PREFIX = 'OffsetConnection:';

/** Longer than any cursor of ours. */
const MAX_LENGTH = 100;

const isCursor = (cursor: string): boolean => {
  if (cursor.length > MAX_LENGTH) return false;
  const text = Buffer.from(cursor, 'base64').toString('utf8');
  return text.startsWith(CURSOR_PREFIX) && /^\d+$/.test(text.slice(CURSOR_PREFIX.length));
};

/** Throws `INVALID_REQUEST` for a page that makes no sense. */
const checkPage = (page: PageArguments): void => {
  const refuse = (argument: string, message: string): never => {
    throw rejection('INVALID_REQUEST', [argument], message);
  };
  for (const argument of ['first', 'last'] as const) {
    if ((page[argument] ?? 0) < 0) refuse(argument, `${argument} must not be negative.`);
  }
  for (const argument of ['after', 'before'] as const) {
    const cursor = page[argument];
    if (typeof cursor === 'string' && !isCursor(cursor))
      refuse(argument, `${argument} is not a cursor of this list: use one from its edges or pageInfo.`);
  }
};

/** A page of a list of models, by the rules of Relay's connections; the whole list where no page is asked for. */
export const toModelConnection = (models: readonly CatalogueModel[], page: PageArguments) => {
  checkPage(page);
  const whole = Math.max(1, models.length);
  const args = { ...page, first: page.first ?? null, last: page.last ?? null };
  const connection = resolveArrayConnection({ args, defaultSize: whole, maxSize: whole }, [...models]);
  const pageInfo =
    connection.edges.length > 0
      ? connection.pageInfo
      : // The plugin counts cursors from the page's bounds, which for an empty page belong to no item.
        { ...connection.pageInfo, startCursor: null, endCursor: null };
  return { ...connection, pageInfo, totalCount: models.length };
};

export const ModelConnection = builder.connectionObject(
  {
    type: ModelType,
    name: 'ModelConnection',
    description: 'A page of models.',
    fields: (t) => ({
      totalCount: t.exposeInt('totalCount', { description: 'How many there are over all pages.' }),
    }),
  },
  { name: 'ModelEdge', description: 'A model and its place in the list.' },
);
