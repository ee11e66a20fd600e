import { builder } from '../builder.ts';
import { ModelConnection, pageComplexity, toModelConnection } from './model-connection.ts';
import { ModelFilterInput, ModelOrderInput, toModelFilter } from './model-filter.ts';
import { ModelType } from '../refs.ts';
import { ModelResolutionType } from './resolution.ts';

builder.queryFields((t) => ({
  models: t.connection(
    {
      type: ModelType,
      description: 'The models of the catalogue, filtered, ordered, in pages.',
      args: {
        where: t.arg({ type: ModelFilterInput, description: 'Conditions on the models.' }),
        orderBy: t.arg({
          type: ModelOrderInput,
          description: 'The order of the models. Default: catalogue order.',
        }),
      },
      complexity: pageComplexity,
      resolve: (_root, { where, orderBy, ...page }, { catalogue, principal, providerKeys }) =>
        toModelConnection(
          catalogue.models(toModelFilter(where), orderBy ?? null, principal.access, providerKeys),
          page,
        ),
    },
    ModelConnection,
  ),
  model: t.field({
    type: ModelType,
    nullable: true,
    description: 'A model by name, alias or upstream id; null if there is none.',
    args: {
      name: t.arg.string({
        required: true,
        description: 'The name. Case and surrounding spaces do not matter.',
      }),
    },
    resolve: (_root, { name }, { catalogue }) => catalogue.findModel(name) ?? null,
  }),
  resolveModel: t.field({
    type: ModelResolutionType,
    description:
      'How a name is resolved to a model, step by step. An unknown name is the error MODEL_NOT_FOUND.',
    args: {
      name: t.arg.string({ required: true, description: 'Name, alias or upstream id.' }),
      reasoning: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: 'Whether the request would have reasoning.',
      }),
    },
    resolve: (_root, { name, reasoning }, { catalogue }) => catalogue.resolve(name, reasoning),
  }),
}));
