import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';

const git = (...parameters: readonly string[]): string => {
  try {
    const cwd = fileURLToPath(new URL('../..', import.meta.url));
    return execFileSync('git', ['--no-optional-locks', ...parameters], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
};

/** On what, when and of which state of the sources something was measured. */
export const describeMachine = (pinned: boolean): string => {
  const [first] = cpus();
  const commit = git('rev-parse', '--short', 'HEAD') || 'unknown';
  const changed =
    git('status', '--porcelain', '--', 'src', 'config', 'package-lock.json') === '' ? '' : ' with changes';
  const place = pinned ? 'the server alone on one core' : 'without taskset: processes share the cores';
  const [load = 0] = loadavg();
  return [
    `${first?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${type()}`,
    `Node ${process.version}`,
    new Date().toISOString().slice(0, 16).replace('T', ' '),
    `commit ${commit}${changed}`,
    `load before ${load.toFixed(1)}`,
    place,
  ].join('; ');
};
