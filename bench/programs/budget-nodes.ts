import { fileURLToPath } from 'node:url';
import { createRandom } from '../../test/support/create-random.ts';
import { type BatchNodes, startBatchNodes } from '../../test/support/kills/killable-nodes.ts';

const PROGRAM = fileURLToPath(new URL('../../test/support/kills/budget-server.ts', import.meta.url));

export interface BudgetNodesOptions {
  readonly count: number;
  readonly folder: string;
  /** null: SQLite in the folder. */
  readonly databaseUrl: string | null;
  readonly vendor: string;
  /** 0: no budget. */
  readonly limitUsd: number;
}

/** Servers with one budget for all that is asked of them, or without any. */
export const startBudgetNodes = ({
  count,
  folder,
  databaseUrl,
  vendor,
  limitUsd,
}: BudgetNodesOptions): BatchNodes =>
  startBatchNodes({
    count,
    folder,
    random: createRandom(14),
    program: PROGRAM,
    ownEnvironment: (life) => ({ GROQ_API_KEY: life }),
    environment: {
      ...(databaseUrl === null ? { MODELGRAPH_DATA: folder } : { DATABASE_URL: databaseUrl }),
      GROQ_BASE_URL: vendor,
      BUDGET_USD: String(limitUsd),
      MODELGRAPH_IDLE_TIMEOUT_MS: '5000',
      MODELGRAPH_CIRCUIT_FAILURES: '0',
      MODELGRAPH_MAX_RETRY_WAIT_MS: '100',
    },
  });
