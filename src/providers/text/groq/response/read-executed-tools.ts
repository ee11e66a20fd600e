import type { JsonValue } from '../../../../core/json.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import { parseJson } from '../../../../lib/parse-json.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Groq's names of what its compound systems run, beside ours. Others keep their own. */
const NAMES: ReadonlyMap<unknown, string> = new Map([
  ['search', 'web_search'],
  ['python', 'code_interpreter'],
  ['visit', 'url_context'],
]);

/**
 * The tools a compound system has run, from a delta's `executed_tools`. A tool is announced when it starts and comes
 * again with its output; the one event for it has the output.
 */
export function* readExecutedTools(executed: unknown): Generator<StreamEvent> {
  if (!Array.isArray(executed)) return;
  for (const [position, tool] of (executed as readonly Fields[]).entries()) {
    if (typeof tool['output'] !== 'string') continue;
    yield {
      type: 'tool-call',
      toolCall: {
        callId: `executed_${typeof tool['index'] === 'number' ? tool['index'] : position}`,
        name: NAMES.get(tool['type']) ?? String(tool['type']),
        arguments: toArguments(tool['arguments']),
        builtIn: true,
        result: tool['output'],
        opaque: null,
      },
    };
  }
}

/** JSON, mostly. Nothing is executed here, so that text which is none is shown as it came. */
const toArguments = (raw: unknown): JsonValue => {
  if (typeof raw !== 'string' || raw.trim() === '') return {};
  const value = parseJson(raw) as JsonValue | undefined;
  return value === undefined ? raw : value;
};
