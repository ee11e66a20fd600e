import { isRecord } from '../../lib/is-record.ts';
import { parseJson } from '../../lib/parse-json.ts';

const isUnstoredInput = (value: Readonly<Record<string, unknown>>): boolean =>
  value['store'] === false && typeof value['model'] === 'string';

/**
 * Whether the variables of an operation, as JSON, hold an input with `store: false`: it is refused before its files are
 * written to the disk. One that says so in its document, or by a variable of its own, is refused once they are there.
 */
export const wantsNoStore = (operations: string): boolean => {
  if (!operations.includes('"store"')) return false;
  const left: unknown[] = [parseJson(operations)];
  while (left.length > 0) {
    const value = left.pop();
    if (isRecord(value) && isUnstoredInput(value)) return true;
    if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) left.push(item);
  }
  return false;
};
