import { ModelgraphError } from '../modelgraph-error.ts';
import { extractFiles } from '../transport/extract-files.ts';

const putAt = (root: Record<string, unknown>, path: string, value: unknown): void => {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at = root;
  for (const key of keys) at = at[key] as Record<string, unknown>;
  at[last] = value;
};

/**
 * The input as it will be sent, again too, whatever the caller does with its own meanwhile. Throws ModelgraphError where it
 * is no JSON apart from its files.
 */
export const copyInput = <Input>(input: Input): Input => {
  const { value, files } = extractFiles({ input }, '');
  let copy: Record<string, unknown>;
  try {
    copy = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
  } catch (cause) {
    throw new ModelgraphError('The input cannot be sent: it is no JSON.', {
      code: 'INVALID_REQUEST',
      path: 'input',
      cause,
    });
  }
  for (const [file, paths] of files) for (const path of paths) putAt(copy, path.slice(1), file);
  return copy['input'] as Input;
};
