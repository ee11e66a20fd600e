import type { IncomingMessage } from 'node:http';
import type { Refusal } from './refusal.ts';

/** Parameters of an address in which clients of other servers send their credentials. */
const IN_ADDRESS = /[?&](?:access_token|api_?key|authorization|token)=/i;

const countAuthorizations = ({ rawHeaders }: IncomingMessage): number => {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.length === 13 && rawHeaders[at]?.toLowerCase() === 'authorization') count += 1;
  return count;
};

/**
 * What is wrong with the way in which a request or an upgrade carries its credentials, whatever these are; undefined where
 * nothing is. Proxies and logs keep addresses, and of two headers each server on the way may believe another one.
 */
export const findCredentialsProblem = (req: IncomingMessage): Refusal | undefined => {
  if (countAuthorizations(req) > 1)
    return { code: 'INVALID_REQUEST', message: 'The request has several Authorization headers. Send one.' };
  if (IN_ADDRESS.test(req.url ?? ''))
    return {
      code: 'INVALID_REQUEST',
      message:
        'Credentials are not taken from the address, which logs keep. Send them as the header Authorization, or in connection_init.',
    };
  return undefined;
};
