import { builder } from './builder.ts';

/**
 * A GraphQL enum for a union of core, with a description for each value: `tool-calls` becomes `TOOL_CALLS`. A value
 * without a description does not compile.
 */
export const defineEnum = <T extends string>(
  name: string,
  description: string,
  descriptions: Readonly<Record<T, string>>,
) =>
  builder.enumType(name, {
    description,
    values: Object.fromEntries(
      Object.entries<string>(descriptions).map(([value, text]) => [
        value.toUpperCase().replaceAll('-', '_'),
        { value: value as T, description: text },
      ]),
    ),
  });
