import { createProblem, type Problem, rejection, RequestRejected } from '../../core/errors.ts';
import type { ToolCall } from '../../core/generation.ts';
import type { ToolMessage } from '../../core/message.ts';
import { toWellFormed } from '../../lib/to-well-formed.ts';

const halfCharacter = (index: number): Problem =>
  createProblem(
    'INVALID_REQUEST',
    ['results', String(index), 'output'],
    'The result has half of a surrogate pair, a character cut in two.',
    { suggestion: 'Cut texts between characters, or replace halves: toWellFormed() of JavaScript does.' },
  );

/** Results beyond two for each call that are still checked one by one. */
const MAX_WRONG = 100;

/** Throws `INVALID_REQUEST` unless there is exactly one result for every awaited call. Names every problem. */
export const checkToolResults = (results: readonly ToolMessage[], awaited: readonly ToolCall[]): void => {
  const allowed = awaited.map(({ callId }) => callId);
  // As many results again may be wrong: what is beyond those says nothing new.
  if (results.length > 2 * allowed.length + MAX_WRONG)
    throw rejection(
      'INVALID_REQUEST',
      ['results'],
      `There are ${results.length} results for ${allowed.length} calls.`,
      { allowed },
    );
  const suggestion = 'Submit one result for each call of ActionRequired, all at once.';
  const problem = (message: string, path: readonly string[]): Problem =>
    createProblem('INVALID_REQUEST', path, message, { allowed, suggestion });
  const waiting = new Set(allowed);
  const given = new Set<string>();
  const problems = results.flatMap(({ callId, output }, index): Problem[] => {
    const isFirst = !given.has(callId);
    given.add(callId);
    if (toWellFormed(output) !== output) return [halfCharacter(index)];
    const path = ['results', String(index), 'callId'];
    if (!waiting.has(callId)) return [problem(`No tool call "${callId}" waits for a result.`, path)];
    return isFirst ? [] : [problem(`There are several results for the tool call "${callId}".`, path)];
  });
  for (const callId of allowed)
    if (!given.has(callId))
      problems.push(problem(`There is no result for the tool call "${callId}".`, ['results']));
  const [first, ...others] = problems;
  if (first !== undefined) throw new RequestRejected([first, ...others]);
};
