import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MODEL_ALIASES } from '../../config/aliases.ts';
import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import type { ModelConfig } from '../../src/core/model-config.ts';

/** The names in the types of an installed SDK: the string literals of one of its type aliases. */
const readNames = async (path: string, type: string): Promise<readonly string[]> => {
  const text = await readFile(fileURLToPath(new URL(`../../node_modules/${path}`, import.meta.url)), 'utf8');
  const declaration = new RegExp(`(?:export|declare) type ${type} = ([^;]+);`).exec(text)?.[1];
  if (declaration === undefined) throw new Error(`${path} has no type ${type}`);
  return [...declaration.matchAll(/['"]([^'"]+)['"]/g)].flatMap(([, name]) => name ?? []);
};

const OPENAI_TYPES = 'openai/resources/shared.d.ts';
const GOOGLE_TYPES = '@google/genai/dist/genai.d.ts';
const ANTHROPIC_TYPES = '@anthropic-ai/sdk/resources/messages/messages.d.ts';

const idsOf = (provider: 'openai' | 'anthropic' | 'gemini'): ReadonlySet<string> =>
  new Set(Object.values<ModelConfig>(MODEL_CONFIGS[provider]).map(({ apiModel }) => apiModel));

const words = (text: string): readonly string[] => text.split(/\s+/);

/** Why names of an SDK's types are not in the catalogue. */
const MISSING: readonly (readonly [because: string, names: readonly string[]])[] = [
  [
    'shut down by its vendor, or on the day its successor came',
    words(`chatgpt-4o-latest codex-mini-latest computer-use-preview computer-use-preview-2025-03-11 gpt-3.5-turbo
gpt-3.5-turbo-0125 gpt-3.5-turbo-0301 gpt-3.5-turbo-0613 gpt-3.5-turbo-1106 gpt-3.5-turbo-16k
gpt-3.5-turbo-16k-0613 gpt-4 gpt-4-0125-preview gpt-4-0314 gpt-4-0613 gpt-4-1106-preview gpt-4-32k
gpt-4-32k-0314 gpt-4-32k-0613 gpt-4-turbo gpt-4-turbo-2024-04-09 gpt-4-turbo-preview gpt-4-vision-preview
gpt-4.1-nano gpt-4.1-nano-2025-04-14 gpt-4o-2024-05-13 gpt-4o-audio-preview gpt-4o-audio-preview-2024-10-01
gpt-4o-audio-preview-2024-12-17 gpt-4o-audio-preview-2025-06-03 gpt-4o-mini-audio-preview
gpt-4o-mini-audio-preview-2024-12-17 gpt-4o-mini-search-preview gpt-4o-mini-search-preview-2025-03-11
gpt-4o-search-preview gpt-4o-search-preview-2025-03-11 gpt-5-codex gpt-5.1-codex gpt-5.1-codex-max o1
o1-2024-12-17 o1-mini o1-mini-2024-09-12 o1-preview o1-preview-2024-09-12 o1-pro o1-pro-2025-03-19 o3-mini
o3-mini-2025-01-31 o4-mini o4-mini-2025-04-16`),
  ],
  [
    'an earlier moving name of what chat-latest is now',
    ['gpt-5-chat-latest', 'gpt-5.1-chat-latest', 'gpt-5.2-chat-latest', 'gpt-5.3-chat-latest'],
  ],
  [
    'researches for minutes in the background, and not without tools that this server does not offer',
    words(
      `o3-deep-research o3-deep-research-2025-06-26 o4-mini-deep-research o4-mini-deep-research-2025-06-26`,
    ),
  ],
  ['named by the types alone: no page, no price, no limit, and no list of another has it', ['gpt-5.1-mini']],
];

const MISSING_OF_GOOGLE: typeof MISSING = [
  [
    'makes images, speech or music, or writes down what it hears',
    words(`gemini-2.5-flash-image gemini-3.1-flash-image gemini-3.1-flash-lite-image gemini-3-pro-image
gemini-nano-banana-2.1 nano-banana-pro-preview lyria-3-clip-preview lyria-3-pro-preview lyria-3.5
gemini-3.1-flash-tts-preview gemini-3.8-flash-tts gemini-3.8-flash-lite-tts gemini-3.5-transcribe`),
  ],
  ['the predecessor of a preview that is in the catalogue', ['gemini-robotics-er-1.6-preview']],
  [
    'named by the types alone: no list of models that write text has it',
    ['gemini-omni-flash-preview', 'gemini-omni-1.1-flash', 'gemini-omni-1.2-flash'],
  ],
];

/** Why models of the catalogue are not in the SDK's types. */
const EXTRA: readonly (readonly [because: string, ids: readonly string[]])[] = [
  [
    "on the vendor's model pages or in the lists of others, and not in the types: those of a release lag behind, and any name is taken",
    ['chat-latest', 'gpt-5.3-codex', 'gpt-5.3-codex-spark', 'gpt-5.4-pro', 'gpt-audio-1.5'],
  ],
];

const namesOf = (reasons: typeof MISSING): readonly string[] =>
  reasons.flatMap(([, names]) => names).toSorted();

const missingIn = (names: readonly string[], ids: ReadonlySet<string>): readonly string[] =>
  names.filter((name) => !ids.has(name) && !Object.hasOwn(MODEL_ALIASES, name));

describe("the installed SDKs' types and the catalogue", () => {
  it('name the same models of OpenAI, but for those with a reason', async () => {
    const names = [
      ...(await readNames(OPENAI_TYPES, 'ChatModel')),
      ...(await readNames(OPENAI_TYPES, 'AllModels')),
    ];
    const ids = idsOf('openai');
    expect(names.length).toBeGreaterThan(100);
    expect([...new Set(missingIn(names, ids))].toSorted()).toEqual(namesOf(MISSING));
    expect([...ids].filter((id) => !names.includes(id)).toSorted()).toEqual(namesOf(EXTRA));
  });

  it('name the same models of Anthropic, without exception', async () => {
    const names = await readNames(ANTHROPIC_TYPES, 'Model');
    const ids = idsOf('anthropic');
    expect(missingIn(names, ids)).toEqual([]);
    expect([...ids].filter((id) => !names.includes(id))).toEqual([]);
  });

  it('name the same models of Google, but for those with a reason, and one that came after the types', async () => {
    const names = await readNames(GOOGLE_TYPES, 'Model_2');
    const ids = idsOf('gemini');
    expect(missingIn(names, ids).toSorted()).toEqual(namesOf(MISSING_OF_GOOGLE));
    expect([...ids].filter((id) => !names.includes(id))).toEqual(['gemini-4-neon']);
  });
});
