import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

const git = (folder: string, ...parameters: readonly string[]): string => {
  try {
    return execFileSync('git', ['--no-optional-locks', ...parameters], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // A figure can be read without its commit: there may be no git, or no repository.
    return '';
  }
};

/** The commit of a checkout, and whether what its server runs has been changed since. */
export const describeCommit = (folder: string): string => {
  const commit = git(folder, 'rev-parse', '--short', 'HEAD') || 'unknown';
  const changes = git(folder, 'status', '--porcelain', '--', 'src', 'config', 'package-lock.json');
  return `${commit}${changes === '' ? '' : ' with changes'}`;
};

/** Load per core above which other work takes a part of both cores from a measurement. */
const BUSY = 1.5;

/** A warning where other work ran on the machine as the measurement began. */
export const describeNoise = (): string => {
  const [load = 0] = loadavg();
  return load / cpus().length <= BUSY
    ? ''
    : `**Busy: other work ran on these cores (load ${load.toFixed(1)}). Compare figures of one table only: times are longer than on a quiet machine.**`;
};

/** The machine, the time and the state of the sources, in one line. */
export const describeMachine = (pinned: boolean): string => {
  const [first] = cpus();
  const place = pinned ? 'the server alone on one core' : 'without taskset: processes share the cores';
  const [load = 0] = loadavg();
  return [
    `${first?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${type()}`,
    `Node ${process.version}`,
    new Date().toISOString().slice(0, 16).replace('T', ' '),
    `commit ${describeCommit(REPOSITORY)}`,
    `load before ${load.toFixed(1)}`,
    place,
  ].join('; ');
};
