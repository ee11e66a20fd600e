import { builder } from '../builder.ts';
import { GenerationStatusEnum } from '../enums.ts';
import { forwardPageComplexity, readPageSize, toForwardConnection } from '../forward-page.ts';
import { GenerationType } from '../refs.ts';

const GenerationConnection = builder.connectionObject(
  {
    type: GenerationType,
    name: 'GenerationConnection',
    description: 'A page of generations.',
    fields: (t) => ({
      totalCount: t.exposeInt('totalCount', { description: 'How many there are over all pages.' }),
    }),
  },
  { name: 'GenerationEdge', description: 'A generation and its place in the list.' },
);

builder.queryFields((t) => ({
  generation: t.field({
    type: GenerationType,
    nullable: true,
    description: 'A generation of yours by id; null when there is none, or this server no longer has it.',
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: (_root, { id }, { loaders }) => loaders.generation.load(id),
  }),
  generations: t.field({
    type: GenerationConnection,
    description: 'Your generations, newest first, in pages.',
    args: {
      first: t.arg.int({ description: 'At most this many; 20 when left out, at most 100.' }),
      after: t.arg.string({ description: 'Only those after the one with this cursor.' }),
      status: t.arg({ type: [GenerationStatusEnum], description: 'Only those in one of these states.' }),
    },
    complexity: forwardPageComplexity,
    resolve: async (_root, { first, after = null, status = null }, { generations, principalId }) => {
      const page = await generations.list(principalId, {
        first: readPageSize(first),
        after,
        statuses: status,
      });
      return toForwardConnection(
        page.items.map(({ cursor, generation }) => ({ cursor, node: generation })),
        { ...page, after },
      );
    },
  }),
}));
