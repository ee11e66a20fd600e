import type Anthropic from '@anthropic-ai/sdk';
import type { ToolCall } from '../../../../core/generation.ts';
import type { JsonValue } from '../../../../core/json.ts';

/** Our names of the vendor's own tools, each of which may appear as several of its tools. */
const BUILT_IN_NAMES: ReadonlyMap<string, string> = new Map([
  ['web_search', 'web_search'],
  ['web_fetch', 'url_context'],
  ['code_execution', 'code_interpreter'],
  ['bash_code_execution', 'code_interpreter'],
  ['text_editor_code_execution', 'code_interpreter'],
]);

/** A call the vendor ran itself. `content` is null when its result never came. */
export const toBuiltInCall = (
  { id, name, input }: Pick<Anthropic.ServerToolUseBlock, 'id' | 'name' | 'input'>,
  content: unknown,
): ToolCall => ({
  callId: id,
  name: BUILT_IN_NAMES.get(name) ?? name,
  arguments: (input ?? {}) as JsonValue,
  builtIn: true,
  result: withoutEncrypted(content ?? null),
  opaque: null,
});

/** Encrypted parts are for the vendor alone: the state of the turn carries them. */
const withoutEncrypted = (value: unknown): JsonValue => {
  if (Array.isArray(value)) return value.map(withoutEncrypted);
  if (typeof value !== 'object' || value === null) return value as JsonValue;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !name.startsWith('encrypted_'))
      .map(([name, part]) => [name, withoutEncrypted(part)]),
  );
};
