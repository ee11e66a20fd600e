import type { Principal } from '../../core/principal.ts';
import { builder } from '../builder.ts';
import { PrincipalKindEnum } from '../enums.ts';

export const ViewerType = builder.objectRef<Principal>('Viewer').implement({
  description: 'The principal that asks, as this server knows it by its credentials.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'What generations and batches of the principal belong to.' }),
    kind: t.expose('kind', { type: PrincipalKindEnum, description: 'The kind of credentials.' }),
    models: t.stringList({
      nullable: true,
      description: 'Names of the models that it may use, in catalogue order; null: every model.',
      resolve: (principal, _args, { principals }) => principals.listModels(principal),
    }),
    operations: t.stringList({
      nullable: true,
      description: 'What it may do: `read`, `generate`, `batch`, `admin`, `issue`, `users`.',
      resolve: ({ access }) => [...access.operations],
    }),
  }),
});

builder.queryFields((t) => ({
  viewer: t.field({
    type: ViewerType,
    description: 'You, and what you may.',
    resolve: (_root, _args, { principal }) => principal,
  }),
}));
