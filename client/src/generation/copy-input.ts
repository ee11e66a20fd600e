import { asJson } from '../transport/as-json.ts';
import { extractFiles } from '../transport/extract-files.ts';

const copy = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || value instanceof Blob) return value;
  if (Array.isArray(value)) return value.map(copy);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)]));
};

/**
 * The input as it will be sent, again too, whatever the caller does with its own meanwhile. Throws ModelgraphError where it
 * is no JSON apart from its files.
 */
export const copyInput = <Input>(input: Input): Input => {
  return asJson('input', () => {
    JSON.stringify(extractFiles(input, '').value);
    return copy(input) as Input;
  });
};
