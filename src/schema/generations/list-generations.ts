import { builder } from '../builder.ts';
import { GenerationStatusEnum } from '../enums.ts';
import { checkOwner, everyoneArgument } from '../everyone-argument.ts';
import { listPageComplexity, readPage, readStatuses, toConnection } from '../list-page.ts';
import { GenerationType } from '../refs.ts';

const GenerationConnection = builder.connectionObject(
  {
    type: GenerationType,
    name: 'GenerationConnection',
    description: 'A page of generations.',
    fields: (t) => ({
      totalCount: t.exposeInt('totalCount', { description: 'Number of generations over all pages.' }),
    }),
  },
  { name: 'GenerationEdge', description: 'A generation with its position in the list.' },
);

builder.queryFields((t) => ({
  generation: t.field({
    type: GenerationType,
    nullable: true,
    description: 'A generation of yours by id; null if there is none, or it is no longer kept.',
    args: { id: t.arg.id({ required: true, description: 'The id of the generation.' }) },
    resolve: (_root, { id }, { loaders }) => loaders.generation.load(id),
  }),
  generations: t.field({
    type: GenerationConnection,
    description: 'Your generations, newest first, in pages.',
    args: {
      first: t.arg.int({
        description: 'Size of the page, up to 100; fewer where they are very large. Default: 20.',
      }),
      after: t.arg.string({ description: 'Only generations after the one with this cursor.' }),
      last: t.arg.int({
        description:
          'At most this many of the last ones, up to 100, in the same order. Not together with first.',
      }),
      before: t.arg.string({ description: 'Only those before the one with this cursor.' }),
      status: t.arg({
        type: [GenerationStatusEnum],
        description: 'Only generations with one of these statuses.',
      }),
      owner: t.arg.string({
        description:
          'Id of the principal they belong to, as `Generation.owner` gives it; you when left out. Those of your users need the operation `users`, those of others `admin`.',
      }),
      everyone: everyoneArgument(t, 'generations'),
    },
    complexity: listPageComplexity,
    resolve: async (_root, { status, owner = null, everyone, ...page }, { loaders }) => {
      const asked = readPage(page);
      checkOwner(owner, everyone);
      const { items, hasNextPage, totalCount } = await loaders.generationPage.load({
        ...asked,
        statuses: readStatuses(status),
        owner,
        everyone,
      });
      const nodes = items.map(({ cursor, generation }) => ({ cursor, node: generation }));
      return toConnection(nodes, asked, { hasMore: hasNextPage, totalCount });
    },
  }),
}));
