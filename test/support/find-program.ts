import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Where Debian puts daemons, which a user's PATH may leave out. */
const ADMINISTRATION = ['/usr/sbin', '/usr/local/sbin'];

/** The path of a program of this machine; undefined: it is not installed. */
export const findProgram = (name: string): string | undefined =>
  [...(process.env['PATH'] ?? '').split(':'), ...ADMINISTRATION]
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
