import type { Environment } from '../../config/env.ts';
import type { Terminal } from '../terminal.ts';
export const runCheckCommand = async (_given: Environment, _terminal: Terminal): Promise<number> => 0;
