import { rejection } from '../core/errors.ts';
import type { builder } from './builder.ts';

type QueryArguments = Parameters<Parameters<typeof builder.queryFields>[0]>[0];

/** The argument of a list that an administrator may have of all principals. */
export const everyoneArgument = (t: QueryArguments, what: 'generations' | 'batches') =>
  t.arg.boolean({
    required: true,
    defaultValue: false,
    description: `Whether to list the ${what} of all principals, on every server: with the operation \`admin\`, those of others without content.`,
  });

/** Throws `INVALID_REQUEST` for a list that is to be of one principal and of all. */
export const checkOwner = (owner: string | null, everyone: boolean): void => {
  if (owner !== null && everyone)
    throw rejection('INVALID_REQUEST', ['everyone'], 'Give owner or everyone, not both.', {
      suggestion: 'Leave owner out to list those of all principals.',
    });
};
