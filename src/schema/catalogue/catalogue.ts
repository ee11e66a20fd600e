import type { CatalogueState } from '../../core/catalogue.ts';
import { builder } from '../builder.ts';

const CatalogueType = builder
  .objectRef<CatalogueState & { readonly modelCount: number }>('Catalogue')
  .implement({
    description: 'The catalogue as a whole: what it is made of, and whether every source could be taken.',
    fields: (t) => ({
      modelCount: t.exposeInt('modelCount', {
        description: 'How many models it has, retired ones included.',
      }),
      refreshedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description:
          'When a source besides this release was last read without a problem; null: never since the start.',
        resolve: ({ refreshedAtMs }) => (refreshedAtMs === null ? null : new Date(refreshedAtMs)),
      }),
      sources: t.field({
        type: ['String'],
        description:
          'What it is made of, the weakest first: a fact of a later source stands over one of an earlier.',
        resolve: ({ sources }) => [...sources],
      }),
      problems: t.field({
        type: ['String'],
        description:
          'Why a source could not be taken, or a name leads elsewhere than it says; empty: all is well.',
        resolve: ({ problems }) => [...problems],
      }),
    }),
  });

builder.queryField('catalogue', (t) =>
  t.field({
    type: CatalogueType,
    description: 'What the catalogue is made of, and when it was last refreshed.',
    resolve: (_root, _args, { catalogue }) => catalogue.state(),
  }),
);
