/** A name as one step of a JSON Pointer: https://www.rfc-editor.org/rfc/rfc6901 */
export const toPointerStep = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** The name that a step of a JSON Pointer stands for. */
export const fromPointerStep = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');

/** What stands at the end of these names, one below the other; undefined where there is nothing. */
export const followNames = (from: unknown, names: readonly string[]): unknown => {
  let at = from;
  for (const name of names) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return at;
};
