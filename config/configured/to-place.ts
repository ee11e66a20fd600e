/** Steps from the root of a value to one of its parts. */
export type Path = readonly PropertyKey[];

/** A path as it would be written in TypeScript: `[0].models["gpt-4.1"].limits`. */
export const toPlace = (path: Path): string =>
  path
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`;
      const name = String(step);
      return /^[A-Za-z_][\w-]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
    })
    .join('')
    .replace(/^\./, '');
