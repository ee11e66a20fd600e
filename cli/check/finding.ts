/** `note`: worth a look, and no reason for a server not to start. `unused`: not configured, or not asked. */
export type Verdict = 'ok' | 'note' | 'unused' | 'problem';

/** What was found of one part. */
export interface Finding {
  /** `store`, the name of a vendor, the path of a file. */
  readonly part: string;
  readonly verdict: Verdict;
  readonly detail: string;
}

export const ok = (part: string, detail: string): Finding => ({ part, verdict: 'ok', detail });
export const note = (part: string, detail: string): Finding => ({ part, verdict: 'note', detail });
export const unused = (part: string, detail: string): Finding => ({ part, verdict: 'unused', detail });
export const problem = (part: string, detail: string): Finding => ({ part, verdict: 'problem', detail });

/**
 * What an error says that names every problem on a line of its own, or the error's message. A stack is of no use to the
 * operator here: everything that is read may be wrong.
 */
export const toProblems = (part: string, error: unknown): readonly Finding[] => {
  const message = error instanceof Error ? error.message : String(error);
  const listed = message.split('\n').flatMap((line) => (line.startsWith('- ') ? [line.slice(2)] : []));
  return (listed.length === 0 ? [message] : listed).map((text) => problem(part, text));
};
