import { z } from 'zod';

/** A key as `npm run key` writes it for the settings: its id, and the hash of the whole. */
export const apiKey = z
  .string()
  .regex(/^[a-z0-9]{1,32}:[0-9a-f]{64}$/, {
    error: 'must be <id>:<sha256 in hex>; `npm run key` creates one',
    abort: true,
  })
  .transform((entry) => {
    const [id = '', sha256 = ''] = entry.split(':');
    return { id, sha256 };
  });
