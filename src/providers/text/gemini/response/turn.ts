import type { ProviderLog } from '../../../../core/text-provider.ts';
import type { Usage } from '../../../../core/usage.ts';
import { createReplayParts, type ReplayParts } from '../request/replay-parts.ts';
import { type AnswerText, createAnswerText } from './answer-text.ts';
import { type Citations, createCitations } from './citations.ts';
import { createSearchCount, type SearchCount } from './count-searches.ts';
import { createFunctionCalls, type FunctionCalls } from './function-calls.ts';
import { createServerTools, type ServerTools } from './server-tools.ts';
import type { ReportedUsage } from './to-usage.ts';

/** What one turn is made of, over all of its responses. */
export interface Turn {
  readonly text: AnswerText;
  readonly citations: Citations;
  readonly functionCalls: FunctionCalls;
  readonly serverTools: ServerTools;
  readonly replay: ReplayParts;
  responseId: string | null;
  /** What the response has reported last. */
  reported: ReportedUsage | null;
  /** Of the response. */
  searches: SearchCount;
  /** Of the responses that have ended. */
  usageBefore: Usage | null;
  usage: Usage | null;
}

/** Ids are made of the response's own, so that they are the same however the answer is read, and in no turn repeated. */
export const createTurn = (log: ProviderLog): Turn => {
  let minted = 0;
  const mintId = (): string => {
    minted += 1;
    return `call_${turn.responseId ?? 'turn'}_${minted}`;
  };
  const replay = createReplayParts();
  const turn: Turn = {
    text: createAnswerText(),
    citations: createCitations(),
    functionCalls: createFunctionCalls({ log, mintId, onComplete: (part) => replay.add(part) }),
    serverTools: createServerTools(mintId),
    replay,
    responseId: null,
    reported: null,
    searches: createSearchCount(),
    usageBefore: null,
    usage: null,
  };
  return turn;
};
