import { builder } from '../builder.ts';
import { ModelConnection, pageComplexity, toModelConnection } from './model-connection.ts';
import { ModelFilterInput, ModelOrderInput, toModelFilter } from './model-filter.ts';
import { ModelType } from '../refs.ts';
import { ModelResolutionType } from './resolution.ts';

builder.queryFields((t) => ({
  models: t.connection(
    {
      type: ModelType,
      description: 'The models that can be asked for, filtered, ordered, in pages.',
      args: {
        where: t.arg({ type: ModelFilterInput, description: 'Conditions on the models.' }),
        orderBy: t.arg({ type: ModelOrderInput, description: 'Their order; catalogue order when left out.' }),
      },
      complexity: pageComplexity,
      resolve: (_root, { where, orderBy, ...page }, { catalogue }) =>
        toModelConnection(catalogue.models(toModelFilter(where), orderBy ?? null), page),
    },
    ModelConnection,
  ),
  model: t.field({
    type: ModelType,
    nullable: true,
    description: 'A model by name, alias or upstream id; null when there is none.',
    args: { name: t.arg.string({ required: true, description: 'Trimmed; case does not matter.' }) },
    resolve: (_root, { name }, { catalogue }) => catalogue.findModel(name) ?? null,
  }),
  resolveModel: t.field({
    type: ModelResolutionType,
    description: 'How a name becomes a model, step by step. An unknown name is the error MODEL_NOT_FOUND.',
    args: {
      name: t.arg.string({ required: true, description: 'Name, alias or upstream id.' }),
      reasoning: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: 'Whether the request would ask for reasoning.',
      }),
    },
    resolve: (_root, { name, reasoning }, { catalogue }) => catalogue.resolve(name, reasoning),
  }),
}));
