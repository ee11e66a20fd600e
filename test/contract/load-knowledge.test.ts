import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { GROQ_MODELS } from '../../config/providers/groq/models.ts';
import { groqDescriptor } from '../../src/providers/text/groq/descriptor.ts';
import { knowledge as groq } from '../providers/text/groq/knowledge.ts';
import { failureOf } from '../support/upstream/provider-error.ts';
import { findKnowledgeProblems } from './knowledge-problems.ts';
import { loadKnowledge } from './load-knowledge.ts';
import type { ProviderKnowledge } from './provider-knowledge.ts';

const CHAT = groq.apis.chat_completion;

/** Groq's knowledge with something of its one API put in another's place. */
const problemsWith = (changes: object): readonly string[] =>
  findKnowledgeProblems(groqDescriptor, GROQ_MODELS, {
    ...groq,
    apis: { chat_completion: { ...CHAT, ...changes } },
  } as ProviderKnowledge);

const withCell = (capability: string, cell: object | undefined): object => ({
  cells: { ...CHAT?.cells, [capability]: cell },
});

describe('what tests know of a provider', () => {
  test('has no problem where all is there', () => {
    expect(problemsWith({})).toEqual([]);
  });

  test.each([
    ['a model that the catalogue does not have', { model: 'gone' }, 'model: "gone" is no model'],
    ['a capability left out', withCell('tools', undefined), "cells['tools']: { turns: […] }"],
    ['no cells', { cells: undefined }, "cells['text']: { turns: […] }"],
    ['a capability without a turn', withCell('JSON', { turns: [] }), "cells['JSON']: it has no turn"],
    ['no text', withCell('text', { cannot: 'it is mute' }), "cells['text']: every model gives text"],
    [
      'a text that is said in one payload',
      withCell('text', {
        turns: [{ name: 'text', payloads: [{ say: 'Grüße' }], whole: {}, ends: { result: {} } }],
      }),
      'its first turn has to say "Grüße" in one payload, and more in later ones',
    ],
    ['no wire', { wire: undefined }, 'wire: how its answers are framed'],
    [
      'no fields of requests',
      { requestFields: undefined },
      'requestFields: the fields that its requests may have',
    ],
    [
      'no field that says how much to reason',
      { reasoningFields: [] },
      'reasoningFields: which fields of a request',
    ],
    [
      'a field that no request has',
      { reasoningFields: ['thinking.depth'] },
      '"thinking.depth" is none of requestFields',
    ],
  ])('lacks something with %s, and the problem says what to write', (_, changes, message) => {
    const problems = problemsWith(changes);
    expect(problems.join('\n')).toContain(message);
    for (const problem of problems) expect(problem).toMatch(/^apis\.chat_completion\./);
  });

  test('lacks an API that the descriptor names, and has none that it does not', () => {
    const problems = findKnowledgeProblems(
      { ...groqDescriptor, apiTypes: ['responses_api'] },
      GROQ_MODELS,
      groq,
    );
    expect(problems).toEqual([
      'apis.chat_completion: the descriptor does not name this API',
      'apis.responses_api: a model, its cells, its wire and its requestFields',
    ]);
  });
});

describe('the file of what tests know of a provider', () => {
  const inFolder = async (files: Readonly<Record<string, string>>): Promise<unknown> => {
    const folder = await mkdtemp(join(tmpdir(), 'knowledge-'));
    try {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(join(folder, name));
        await writeFile(join(folder, name, 'knowledge.ts'), text);
      }
      return await failureOf(loadKnowledge(groqDescriptor, GROQ_MODELS, pathToFileURL(`${folder}/`)));
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  test('is named where it is missing, with where to read how to write it', async () => {
    expect(await inFolder({})).toMatchObject({
      message: expect.stringMatching(/write test\/providers\/text\/groq\/knowledge\.ts.*CONTRIBUTING\.md/),
    });
  });

  test('is named with everything that it lacks', async () => {
    expect(await inFolder({ groq: 'export const knowledge = { apis: {} };' })).toMatchObject({
      message: [
        'test/providers/text/groq/knowledge.ts lacks something:',
        '- vendor: its errors, its environment, the header of its key',
        '- apis.chat_completion: a model, its cells, its wire and its requestFields',
      ].join('\n'),
    });
    expect(await inFolder({ groq: 'export const other = {};' })).toMatchObject({
      message: expect.stringContaining('it has to export `const knowledge: ProviderKnowledge`'),
    });
  });
});
