import { createHash, randomBytes } from 'node:crypto';

/** `npm run key -- <id>`: creates a key for a client, and the entry of MODELGRAPH_API_KEYS that accepts it. */
const id = process.argv[2] ?? '';
if (/^[a-z0-9]{1,32}$/.test(id)) {
  const key = `mg_${id}_${randomBytes(24).toString('base64url')}`;
  const entry = `${id}:${createHash('sha256').update(key).digest('hex')}`;
  process.stdout.write(
    `For the client, shown only once:\n  ${key}\nFor the server, in MODELGRAPH_API_KEYS:\n  ${entry}\n`,
  );
} else {
  process.stderr.write('usage: npm run key -- <id>, where id is 1 to 32 lower-case letters and digits\n');
  process.exitCode = 2;
}
