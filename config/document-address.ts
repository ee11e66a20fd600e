import { z } from 'zod';
import { isLoopback } from '../src/core/is-loopback.ts';

/** Over plain http anyone on the way could answer. */
const ADDRESS_RULE = 'must be an https address, an http one on this machine, or the path of a .json file';

const findDocumentProblem = (text: string): string | undefined => {
  if (text === '') return undefined;
  if (!/^https?:/i.test(text)) return text.endsWith('.json') ? undefined : ADDRESS_RULE;
  if (!URL.canParse(text)) return ADDRESS_RULE;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return 'must hold no user and no password';
  return protocol === 'https:' || isLoopback(hostname) ? undefined : ADDRESS_RULE;
};

/** Its value is never quoted: a password may stand in it. */
export const documentAddress = z
  .string()
  .superRefine((text, context) => {
    const message = findDocumentProblem(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  })
  .transform((text) => (text === '' ? null : text));

export const jsonPath = z
  .string()
  .refine((path) => path === '' || path.endsWith('.json'), 'must be the path of a .json file')
  .transform((path) => (path === '' ? null : path));
