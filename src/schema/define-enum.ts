import { builder } from './builder.ts';

/**
 * A GraphQL enum over a set of our words, each with its description: `tool-calls` is `TOOL_CALLS` there. The compiler
 * asks for a description of every word of the union.
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
