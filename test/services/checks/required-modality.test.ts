import { describe, expect, it } from 'vitest';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import type { ModelConfig } from '../../../src/core/model-config.ts';
import { acceptanceOf, describeProblem, refusalOf, startToys } from './preview-harness.ts';

/** The beginning of a WAV file. */
const SOUND = Buffer.concat([Buffer.from('RIFF'), Buffer.alloc(4), Buffer.from('WAVEfmt ')]).toString(
  'base64',
);

const listener = { inputModalities: ['text', 'audio'], requiresOneOf: ['audio'] } as const;

describe('a model that needs a sound', () => {
  it('refuses text alone before its provider is called, where the text is', async () => {
    await using toys = await startToys({ listener });
    const refusals = [
      { model: 'listener', prompt: 'Hi' },
      { model: 'listener', prompt: 'Hi', onUnsupported: 'DROP_WITH_WARNING' },
      { model: 'listener', messages: [{ user: [{ text: 'Hi' }] }] },
    ];
    const problems = [];
    for (const input of refusals) problems.push((await refusalOf(toys, input)).map(describeProblem));
    const said = (field: string) => [
      `UNSUPPORTED_CAPABILITY input.${field}: The model "listener" takes no request without AUDIO.\n  allowed ["AUDIO"]; Add such content to a message, or choose a model that takes text alone.`,
    ];
    expect(problems).toEqual([said('prompt'), said('prompt'), said('messages')]);
  });

  it('takes a conversation in which there is one, whichever its turn', async () => {
    await using toys = await startToys({ listener });
    const { warnings } = await acceptanceOf(toys, {
      model: 'listener',
      messages: [
        { user: [{ audio: { source: { base64: SOUND }, mediaType: 'audio/wav' } }] },
        { assistant: { text: 'A voice.' } },
        { user: [{ text: 'Whose?' }] },
      ],
    });
    expect(warnings).toEqual([]);
  });

  it('is each model of OpenAI that hears, and no other of the catalogue', () => {
    const needing = Object.values(MODEL_CONFIGS)
      .flatMap((configs) => Object.values<ModelConfig>(configs))
      .filter(({ requiresOneOf }) => requiresOneOf !== undefined);
    expect(needing.map(({ name, requiresOneOf }) => [name, requiresOneOf])).toEqual([
      ['gpt-audio-1.5', ['audio']],
      ['gpt-audio-mini', ['audio']],
    ]);
  });
});
