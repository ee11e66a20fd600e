import { availableParallelism } from 'node:os';
import type { Settings } from '../../config/settings.ts';
import { type Finding, note, ok } from './finding.ts';

/** With how many processes the server runs, where these are several. */
export const checkWorkers = ({ workers }: Settings): readonly Finding[] => {
  const part = 'workers';
  const cores = availableParallelism();
  if (workers === 1) return [];
  const detail = `${workers} processes, ${cores} ${cores === 1 ? 'core' : 'cores'}`;
  return workers > cores
    ? [note(part, `${detail}: more than one on a core take its memory and serve nothing faster`)]
    : [ok(part, detail)];
};
