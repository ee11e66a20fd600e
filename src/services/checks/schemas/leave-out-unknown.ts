import { shorten } from '../../../lib/shorten.ts';
import { mapSchema, type SchemaObject } from './json-schema.ts';
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

/** Keywords that a warning names, and UTF-16 code units of each: a client may make up any. */
const MAX_NAMED = 10;
const MAX_SHOWN_LENGTH = 200;

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
  const named = [...left.values().take(MAX_NAMED)].map((keyword) => shorten(keyword, MAX_SHOWN_LENGTH));
  if (named.length > 0)
    findings.warn(
      'SCHEMA_DOWNGRADED',
      `The API of the model "${config.name}" does not know ${named.join(', ')} in schemas: left out.`,
      { path, from: named, to: null },
    );
  return taken;
};
