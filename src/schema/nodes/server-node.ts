import type { ServerNode } from '../../core/server-node.ts';
import { builder } from '../builder.ts';

const ServerNodeType = builder.objectRef<ServerNode>('ServerNode').implement({
  description: 'One process of this server, among those that share its database.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Identifies the process; another one at each start.' }),
    version: t.string({
      description: 'The version of Modelgraph that it runs; `unknown` for one that is too old to say.',
      resolve: ({ version }) => version ?? 'unknown',
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it was started.' }),
    runningGenerations: t.exposeInt('runningGenerations', {
      description: 'Generations that it works on, and those of them that wait for tool results.',
    }),
  }),
});

builder.queryField('serverNodes', (t) =>
  t.field({
    type: [ServerNodeType],
    description:
      'The processes of this server that are alive, the oldest first. Needs the operation `admin`, except on a server without keys.',
    complexity: { field: 10, multiplier: 10 },
    resolve: async (_root, _args, { nodes, principal }) => [...(await nodes.list(principal))],
  }),
);
