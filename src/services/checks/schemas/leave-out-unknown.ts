import { isSchemaObject, mapSchema, type SchemaObject } from './json-schema.ts';
import type { SchemaUse } from './schema-use.ts';

/** Keywords that hold a model to nothing. Of them the two that models read are sent. */
const DESCRIBING = [
  '$comment',
  '$schema',
  'contentEncoding',
  'contentMediaType',
  'default',
  'deprecated',
  'examples',
  'readOnly',
  'writeOnly',
];
const READ = ['title', 'description'];

/**
 * A schema without the keywords that the API does not know, which is a warning unless they only describe. A constant is
 * sent as the one choice there is; beside a reference nothing else may stand.
 */
export const leaveOutUnknown = (
  schema: SchemaObject,
  { path, config, findings }: Pick<SchemaUse, 'path' | 'config' | 'findings'>,
): SchemaObject => {
  const { known } = config.schemas;
  if (known === undefined) return schema;
  const left = new Set<string>();
  const taken = mapSchema(schema, (item, { above }) => {
    const { const: constant, ...rest } = item;
    const plain = constant === undefined || 'enum' in rest ? rest : { ...rest, enum: [constant] };
    const isReference = '$ref' in plain && above !== null;
    return Object.fromEntries(
      Object.entries(plain).filter(([keyword]) => {
        if (isReference) return keyword.startsWith('$') && known.includes(keyword);
        if (known.includes(keyword) || READ.includes(keyword)) return true;
        if (!DESCRIBING.includes(keyword)) left.add(keyword);
        return false;
      }),
    );
  });
  if (left.size > 0)
    findings.warn(
      'SCHEMA_DOWNGRADED',
      `The API of the model "${config.name}" does not know ${[...left].slice(0, 10).join(', ')} in schemas: left out.`,
      { path, from: [...left].slice(0, 10), to: null },
    );
  return isSchemaObject(taken) ? taken : schema;
};
