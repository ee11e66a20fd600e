import type { FinishReason } from '../../../../core/generation.ts';

const FAILURES: ReadonlySet<string> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MALFORMED_RESPONSE',
]);

/** Whether the vendor says with it that the model's answer is unusable. */
export const isFailure = (finishReason: string): boolean => FAILURES.has(normalise(finishReason));

/** Gateways write `stop` and `FINISH_REASON_STOP`. */
const normalise = (finishReason: unknown): string =>
  String(finishReason)
    .toUpperCase()
    .replace(/^FINISH_REASON_/, '');

/** Total: an unknown reason is `other`. The API ends a turn of function calls with STOP, like any other. */
export const mapFinishReason = (finishReason: string, hasClientCalls: boolean): FinishReason => {
  switch (normalise(finishReason)) {
    case 'STOP':
      return hasClientCalls ? 'tool-calls' : 'stop';
    case 'MAX_TOKENS':
    case 'LENGTH':
      return 'length';
    case 'SAFETY':
    case 'RECITATION':
    case 'BLOCKLIST':
    case 'PROHIBITED_CONTENT':
    case 'SPII':
    case 'IMAGE_SAFETY':
    case 'IMAGE_PROHIBITED_CONTENT':
    case 'IMAGE_RECITATION':
      return 'content-filter';
    default:
      return 'other';
  }
};
