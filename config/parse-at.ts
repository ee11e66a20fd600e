import type { z } from 'zod';
import { type Path, toPlace } from './configured/to-place.ts';

/** Gives where the problem is, and what. */
export type Report = (path: Path, message: string) => void;

/** Adds each problem to a list, with the file and its place there. */
export const createReport =
  (file: string, problems: string[]): Report =>
  (path, message) => {
    problems.push([file, toPlace(path), message].filter((part) => part !== '').join(': '));
  };

/** A value at a place of a file; undefined where it does not fit the schema, which is reported. */
export const parseAt = <T>(
  schema: z.ZodType<T>,
  value: unknown,
  path: Path,
  report: Report,
): T | undefined => {
  const { data, error } = schema.safeParse(value);
  for (const issue of error?.issues ?? []) report([...path, ...issue.path], issue.message);
  return data;
};
