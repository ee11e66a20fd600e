import { describe, expect, test } from 'vitest';
import type { ModelConfig } from '../../src/core/model-config.ts';
import { collectOverWebSocket, request, startApp, type TestApp } from '../support/app/app.ts';
import { toyModels } from '../support/app/toy-provider.ts';
import { hasRecordings, type Raw } from '../support/upstream/replay.ts';
import { generatingExchanges, recordedForm } from './ask.ts';
import { openForTests } from './open-recordings.ts';
import { ASKED, type AskedRecording } from './recordings.ts';
import { IN_PIECES, returnedOf, saidIn } from './returned-oracle.ts';

const ANSWER = `
  fragment Answer on Generation {
    text reasoning
    messages {
      __typename
      assistant {
        __typename text
        reasoning { __typename text signature provider }
        toolCalls { __typename callId name arguments signature }
      }
      tool { callId output isError }
      user { text }
      system
    }
  }
`;
const STREAM = `
  subscription ($input: GenerateInput!) {
    generate(input: $input) {
      __typename
      generationId
      ... on GenerationCompleted { generation { ...Answer } }
      ... on GenerationFailed { error { code } }
    }
  }
  ${ANSWER}
`;
const READ = `query ($id: ID!) { generation(id: $id) { ...Answer } } ${ANSWER}`;
const GO_ON = `
  mutation ($input: GenerateInput!) { startGeneration(input: $input) { id warnings { code path from } } }
`;
const AWAIT = `subscription ($id: ID!) { generationEvents(id: $id) { __typename } }`;

/** A message as a client sends it back: without nulls, which `@oneOf` refuses, and without the names of types. */
const toInput = (value: Raw): Raw => {
  if (Array.isArray(value)) return value.map(toInput);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, item]) => item !== null && name !== '__typename')
      .map(([name, item]) => [name, name === 'arguments' || name === 'output' ? item : toInput(item)]),
  );
};

const HELLO = { user: [{ text: 'Hello' }] };

const THINKS: Readonly<Record<string, Partial<ModelConfig>>> = {
  responses_api: { reasoning: { type: 'effort', values: ['low', 'medium', 'high'], default: null } },
};

const OTHER = { anthropic: 'gemini', gemini: 'openai', openai: 'anthropic', xai: 'openai' } as const;

const modelsFor = ({ provider, apiType, apiModel }: AskedRecording): readonly ModelConfig[] => {
  const model = { apiType, apiModel, functionCalling: true, parallelToolCalls: true, ...THINKS[apiType] };
  return toyModels({ streamed: model, whole: { ...model, streaming: false } }, provider);
};

const OTHER_API = { anthropic: 'messages', gemini: 'generate_content', openai: 'responses_api' } as const;

/** A vendor that speaks no word of the state. */
const otherModel = ({ provider }: AskedRecording): readonly ModelConfig[] => {
  const other = OTHER[provider as keyof typeof OTHER] ?? 'anthropic';
  const apiType = OTHER_API[other];
  return toyModels({ other: { apiType, functionCalling: true, ...THINKS[apiType] } }, other);
};

interface Conversation {
  readonly messages: readonly Raw[];
  readonly tools: readonly Raw[];
}

/** The conversation with everything that the generation added sent back as it is, and what the client says next. */
const goOn = ({ messages }: Raw): Conversation => {
  const calls = messages.flatMap(({ assistant }: Raw) => assistant?.toolCalls ?? []);
  const names: readonly string[] = [...new Set<string>(calls.map(({ name }: Raw) => name))];
  return {
    messages: [
      HELLO,
      ...toInput(messages),
      ...(calls.length > 0
        ? calls.map(({ callId }: Raw) => ({ tool: { callId, output: 'a made-up result' } }))
        : [{ user: [{ text: 'Go on.' }] }]),
    ],
    tools: names.map((name) => ({ function: { name, parameters: { type: 'object' } } })),
  };
};

/** Without ids, which are made here where the vendor gave none, and without arguments that came in pieces. */
const comparable = (said: Raw, wanted: Raw): Raw =>
  said.map((part: Raw, index: number) => {
    if (part.functionCall === undefined) return part;
    const { name, args = {} } = part.functionCall;
    const isInPieces = wanted[index]?.functionCall?.args === IN_PIECES;
    return { ...part, functionCall: { name, args: isInPieces ? IN_PIECES : args } };
  });

/** Cut by hand: the end of each item tells of more text than its deltas bring. */
const CUT = 'openai/openai-phase.1.chunks.txt';

describe.skipIf(!hasRecordings)('what a generation added, sent back (skipped without recordings)', () => {
  const open = openForTests();

  const start = (recording: AskedRecording): Promise<TestApp> => {
    const baseUrl = open().replay.url(recording.file);
    const models = [...modelsFor(recording), ...otherModel(recording)];
    const providers = Object.fromEntries(
      models.map(({ provider }) => [provider, { apiKey: 'made-up', baseUrl }]),
    );
    return startApp({ providers }, { models, aliases: {} });
  };

  /** The body that leaves the server for a conversation, and what the server warns of. */
  const send = async (app: TestApp, model: string, conversation: Conversation) => {
    const { replay } = open();
    const from = replay.log.length;
    const { data, errors } = await request(app, GO_ON, { input: { model, ...conversation } });
    expect(errors).toBeUndefined();
    await collectOverWebSocket(
      app,
      AWAIT,
      { id: data.startGeneration.id },
      {
        until: ({ data: { generationEvents: event } }) => event.__typename === 'ActionRequired',
      },
    );
    const body = replay.log[from]?.body ?? '';
    return { body, json: JSON.parse(body), warnings: data.startGeneration.warnings };
  };

  test.each(ASKED.filter(({ file }) => file !== CUT))('$file', async (recording) => {
    const { recordings, replay } = open();
    replay.resetCassettes();
    await using app = await start(recording);
    const exchanges = await generatingExchanges(recordings, recording);
    const [first] = exchanges;
    if (first === undefined) throw new Error('nothing was recorded');
    const sent = replay.log.length;
    const model = recordedForm(first);
    const events = await collectOverWebSocket(
      app,
      STREAM,
      { input: { model, messages: [HELLO] } },
      {
        until: ({ data }) => data?.generate.__typename === 'ActionRequired',
      },
    );
    const last = events.at(-1)?.data.generate;
    if (last.__typename === 'GenerationFailed') return;
    const used = exchanges.slice(0, replay.log.length - sent);
    const { data } = await request(app, READ, { id: last.generationId });
    const generation = last.generation ?? data.generation;
    expect(data.generation.messages).toEqual(generation.messages);

    const { apiType, provider } = recording;
    const { json, body, warnings } = await send(app, model, goOn(generation));
    const wanted = returnedOf(apiType, used);
    const said = saidIn(apiType, json);
    if (provider === 'deepseek') {
      // Without tools DeepSeek has no use for it.
      const usesTools = generation.messages[0].assistant.toolCalls.length > 0;
      expect(said).toBe(usesTools ? wanted : '');
    } else if (apiType !== 'chat_completion')
      expect(comparable(said, wanted)).toEqual(comparable(wanted, wanted));
    expect(warnings).toEqual([]);

    // Opaque state is never text, and reaches no other vendor.
    const signatures: readonly string[] = generation.messages.flatMap(({ assistant }: Raw) => [
      ...assistant.reasoning.flatMap(({ signature }: Raw) => signature ?? []),
      ...assistant.toolCalls.flatMap(({ signature }: Raw) => signature ?? []),
    ]);
    const secrets = [...`${body}${signatures.join('')}`.matchAll(/[\w+/=-]{120,}/g)].map(
      ([secret]) => secret,
    );
    for (const secret of secrets) expect(`${generation.text}${generation.reasoning}`).not.toContain(secret);
    const elsewhere = await send(app, 'other', goOn(generation));
    const isOwned = generation.messages.some(({ assistant }: Raw) => assistant?.reasoning.length > 0);
    expect(elsewhere.warnings.map(({ code }: Raw) => code)).toEqual(isOwned ? ['STATE_NOT_PORTABLE'] : []);
    for (const secret of secrets) expect(elsewhere.body).not.toContain(secret);
  });
});
