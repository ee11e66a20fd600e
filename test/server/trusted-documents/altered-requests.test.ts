import { expect, test } from 'vitest';
import { type GraphqlResponse, startApp, type TestApp } from '../../support/app/app.ts';
import { createAccessFile, keyOf } from '../../support/app/access.ts';
import { openRawSocket, post, type RawSocket } from '../../support/app/clients.ts';
import { byHash, createDocumentsFile, sha256 } from '../../support/app/documents-file.ts';
import { createPoliteProvider } from '../../support/app/toy-app.ts';
import { createRandom } from '../../support/create-random.ts';

/** What a page may ask for: the input is written in the document, a variable leads to what is read of the answer alone. */
const MUTATION = `mutation Ask($full: Boolean = false) {
  generate(input: {model: "toy", prompt: "As written", maxOutputTokens: 50}) { ...Answer }
}
fragment Answer on Generation { text status @include(if: $full) }
`;
const SUBSCRIPTION = `subscription Stream($full: Boolean = false) {
  generate(input: {model: "toy", prompt: "As written", maxOutputTokens: 50}) { ...Event }
}
fragment Event on GenerationEvent { __typename sequence @include(if: $full) }
`;

const REQUESTS = 1_000;

const MULTIPART = 'multipart/mixed;subscriptionSpec=1.0,application/json';

type Body = Record<string, unknown>;
type Send = (body: Body) => Promise<readonly GraphqlResponse[]>;

interface Door {
  readonly text: string;
  readonly send: Send;
  /** An empty parameter of an address is none. */
  readonly passesOverEmpty?: true;
}

interface Case {
  readonly body: unknown;
  /** Whether the document is executed as it is written all the same. */
  readonly isHarmless?: boolean;
}

interface Chance {
  /** A whole number below `most`. */
  readonly below: (most: number) => number;
  readonly pick: <T>(from: readonly T[]) => T;
}

/** The text of the document with something of it changed. */
const TEXT_CHANGES: readonly ((text: string, chance: Chance) => string)[] = [
  (text, { below }) => text.replace('As written', `As I like ${below(1_000)}`),
  (text) => text.replace('"As written"', '"As written" systemPrompt: "Obey"'),
  (text, { pick }) => text.replace('"toy"', `"${pick(['gpt-4o', 'TOY', ' toy', 'default'])}"`),
  (text, { below }) => text.replace('50', String(51 + below(10_000))),
  (text) => text.replace('maxOutputTokens: 50', 'builtInTools: [{webSearch: {}}]'),
  (text) => text.replace('maxOutputTokens: 50', 'tools: [{name: "x", parameters: {}}]'),
  (text, { below }) => text.replace('  generate(', `  again${below(100)}: generate(`),
  (text) => text.replace('{ ...', '{ extra: __typename ...'),
  (text) => text.replace(/fragment (\w+) on \w+ \{/, '$& id: __typename '),
  (text) => text.replace('$full: Boolean = false', '$full: Boolean!'),
  (text) =>
    text
      .replace('$full: Boolean = false', '$full: Boolean = false, $prompt: String!')
      .replace('"As written"', '$prompt'),
  (text) => text.replace('{model', '{metadata: {a: 1}, model'),
  (text, { below }) => `${text}# ${below(1_000)}`,
  (text, { below }) => `${' '.repeat(1 + below(9))}${text}`,
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => `${text}query More { __typename }`,
  (text) => text.replace(/^(mutation|subscription) \w+/, '$1'),
];

const ID_CHANGES: readonly ((id: string, chance: Chance) => unknown)[] = [
  (id, { below }) => `${id.slice(0, -3)}${below(4_096).toString(16).padStart(3, '0')}`.replace(id, `${id}0`),
  (id) => id.slice(1),
  (id) => ` ${id}`,
  (id) => `md5:${id}`,
  (id) => `sha256:sha256:${id}`,
  (id) => [id],
  (id) => ({ id }),
  (_id, { below }) => below(1_000),
  () => true,
  (_id, { pick }) => pick(['__proto__', 'constructor', 'toString', 'hasOwnProperty']),
];

/** One altered request; the door's document is what an honest page would have asked for. */
const REQUEST_CHANGES: readonly ((text: string, chance: Chance) => Case)[] = [
  (text, chance) => ({ body: { query: chance.pick(TEXT_CHANGES)(text, chance) } }),
  (text, chance) => ({ body: { query: chance.pick(TEXT_CHANGES)(text, chance), documentId: sha256(text) } }),
  (text, chance) => {
    const query = chance.pick(TEXT_CHANGES)(text, chance);
    return { body: { query, extensions: { persistedQuery: { version: 1, sha256Hash: sha256(query) } } } };
  },
  (text, chance) => ({
    body: {
      query: chance.pick(TEXT_CHANGES)(text, chance),
      extensions: { persistedQuery: { version: 1, sha256Hash: sha256(text) } },
    },
  }),
  (text, chance) => ({ body: { query: text, operationName: chance.pick(['Ask', 'Stream']) } }),
  (text, chance) => ({ body: { query: '', documentId: chance.pick(ID_CHANGES)(sha256(text), chance) } }),
  (text, chance) => ({
    body: { query: '', extensions: { documentId: chance.pick(ID_CHANGES)(sha256(text), chance) } },
  }),
  (text, chance) => ({
    body: {
      query: '',
      extensions: { persistedQuery: { sha256Hash: chance.pick(ID_CHANGES)(sha256(text), chance) } },
    },
  }),
  (text, { pick }) => ({
    body: { query: '', documentId: sha256(text), variables: { full: pick(['yes', 1, {}, [], 'true']) } },
  }),
  (text, { pick }) => ({
    body: { query: '', documentId: sha256(text), variables: pick<unknown>(['{}', 1, [], true]) },
  }),
  (text, { pick }) => ({
    body: {
      query: '',
      documentId: sha256(text),
      operationName: pick(['Answer', 'Event', 'Other', '', ' ']),
      variables: {},
    },
  }),
  (text, { pick, below }) => ({
    isHarmless: true,
    body: {
      query: '',
      documentId: sha256(text),
      variables: {
        full: pick([true, false]),
        [pick(['prompt', 'model', 'input', 'maxOutputTokens', '__proto__'])]: pick<unknown>([
          `As I like ${below(1_000)}`,
          { model: 'toy', prompt: 'As I like' },
          below(1_000_000),
        ]),
      },
      extensions: { query: 'As I like', persistedQuery: {} },
    },
  }),
];

const readStream = async (response: Response): Promise<readonly GraphqlResponse[]> => {
  const answer = await response.text();
  const results = answer.match(/(?<=^data: ?)\{.*$/gm) ?? [answer];
  return results.map((result) => JSON.parse(result) as GraphqlResponse);
};

/** Of Apollo's protocol: each result in a part of its own, or one answer in JSON where nothing is begun. */
const readParts = async (response: Response): Promise<readonly GraphqlResponse[]> => {
  const answer = await response.text();
  const parts = answer.match(/^\{"payload":.*\}$/gm);
  if (parts === null) return [JSON.parse(answer) as GraphqlResponse];
  return parts.map((part) => (JSON.parse(part) as { readonly payload: GraphqlResponse }).payload);
};

/** The parameters of an address: a text as it is, anything else as JSON. */
const toAddress = (url: string, body: Body): string => {
  const given = Object.entries(body).map(([name, value]) => [
    name,
    typeof value === 'string' && name !== 'variables' ? value : JSON.stringify(value),
  ]);
  return `${url}?${new URLSearchParams(Object.fromEntries(given) as Record<string, string>)}`;
};

const createDoors = (
  app: TestApp,
  getSocket: () => RawSocket,
  bearer: Readonly<Record<string, string>>,
): readonly Door[] => {
  let operations = 0;
  const headers = { ...bearer, accept: 'text/event-stream' };
  // A browser had to ask before it sends this header, so that a script has sent it: a GET of such a one starts a generation.
  const scripted = { ...headers, 'graphql-require-preflight': '1' };
  return [
    {
      text: MUTATION,
      send: async (body) => [(await (await post(app, body, { headers: bearer })).json()) as GraphqlResponse],
    },
    { text: SUBSCRIPTION, send: async (body) => readStream(await post(app, body, { headers })) },
    {
      text: SUBSCRIPTION,
      send: async (body) => readParts(await post(app, body, { headers: { ...bearer, accept: MULTIPART } })),
    },
    {
      text: SUBSCRIPTION,
      passesOverEmpty: true,
      send: async (body) => readStream(await fetch(toAddress(app.url, body), { headers: scripted })),
    },
    {
      text: SUBSCRIPTION,
      send: async (payload) => {
        operations += 1;
        const raw = getSocket();
        const id = String(operations);
        raw.send({ type: 'subscribe', id, payload });
        await raw.received((message) => message.id === id && message.type !== 'next');
        return raw.messages
          .filter((message) => message.id === id && message.type !== 'complete')
          .map(({ type, payload: result }) => (type === 'error' ? { errors: result } : result));
      },
    },
  ];
};

const isRefused = (answers: readonly GraphqlResponse[]): boolean =>
  answers.length === 1 && answers[0]?.errors !== undefined && (answers[0].data ?? null) === null;

interface Scene {
  readonly settings: Parameters<typeof startApp>[0];
  /** What the pages of the scene have. */
  readonly bearer: Readonly<Record<string, string>>;
}

const PAGE = keyOf('page');

const SCENES: Readonly<Record<string, (accessFile: string) => Scene>> = {
  'a server that executes its documents only': () => ({ settings: {}, bearer: {} }),
  'a key that may send its documents only, on a server that executes others as well': (accessFile) => ({
    settings: { trustedDocumentsMode: 'also', accessFile, apiKeys: [PAGE.setting] },
    bearer: { authorization: `Bearer ${PAGE.key}` },
  }),
};

test.each(Object.entries(SCENES))(
  '%s: of 1,000 altered requests none reaches a provider with anything but what its document says',
  { timeout: 300_000 },
  async (_name, toScene) => {
    const toy = createPoliteProvider();
    using rules = createAccessFile({ keys: { page: { trustedDocuments: 'only' } } });
    await using file = await createDocumentsFile(byHash(MUTATION, SUBSCRIPTION));
    const { settings, bearer } = toScene(rules.path);
    await using app = await startApp({ ...settings, trustedDocuments: [file.path] }, toy.overrides);
    const random = createRandom(7);
    const below = (most: number): number => Math.floor(random() * most);
    const chance: Chance = {
      below,
      pick: (from) => {
        const [first] = from.slice(below(from.length));
        if (first === undefined) throw new Error('there is nothing to pick from');
        return first;
      },
    };
    const open = (): Promise<RawSocket> => openRawSocket(app, { init: bearer });
    let raw = await open();
    const [asWritten] = await (async () => {
      await post(app, { documentId: sha256(MUTATION) }, { headers: bearer });
      return toy.calls;
    })();
    const doors = createDoors(app, () => raw, bearer);
    let harmless = 0;
    try {
      for (let count = 0; count < REQUESTS; count += 1) {
        // A socket is closed by a message that the protocol itself refuses: such a body is of no operation.
        if (raw.socket.readyState !== raw.socket.OPEN) raw = await open();
        const { text, send, passesOverEmpty } = chance.pick(doors);
        const altered = chance.pick(REQUEST_CHANGES)(text, chance);
        const body = altered.body as Body;
        const isHarmless =
          altered.isHarmless === true || (passesOverEmpty === true && body['operationName'] === '');
        const before = toy.calls.length;
        const answers = await send(body).catch((error: unknown) => {
          if (String(error).includes('the socket was closed'))
            return [{ errors: [{ message: String(error) }] }];
          throw error;
        });
        if (isHarmless) harmless += 1;
        const outcome = [isRefused(answers), toy.calls.length - before];
        expect(outcome, JSON.stringify({ body, answers })).toEqual(isHarmless ? [false, 1] : [true, 0]);
      }
    } finally {
      await raw[Symbol.asyncDispose]();
    }
    expect(harmless).toBeGreaterThan(20);
    expect(toy.calls.length).toBe(harmless + 1);
    for (const call of toy.calls) expect(call).toEqual(asWritten);
  },
);

test('lists of requests, forms and addresses bring no other text to a provider', async () => {
  const toy = createPoliteProvider();
  await using file = await createDocumentsFile(byHash(MUTATION, SUBSCRIPTION));
  await using app = await startApp({ trustedDocuments: [file.path] }, toy.overrides);
  const evil = MUTATION.replace('As written', 'As I like');
  const id = sha256(MUTATION);
  const preflight = { 'graphql-require-preflight': '1' };
  const form = (operations: unknown, map: unknown, file_: string): Promise<Response> => {
    const body = new FormData();
    body.append('operations', JSON.stringify(operations));
    body.append('map', JSON.stringify(map));
    body.append('0', new Blob([file_]), 'evil.graphql');
    return fetch(app.url, { method: 'POST', headers: preflight, body });
  };
  const get = (address: string, accept = 'application/json'): Promise<Response> =>
    fetch(`${app.url}?${address}`, { headers: { ...preflight, accept } });
  const query = encodeURIComponent(evil);
  const stream = encodeURIComponent(SUBSCRIPTION.replace('As written', 'As I like'));
  const answers = await Promise.all([
    post(app, [{ documentId: id }, { query: evil }]),
    post(app, [{ documentId: id }]),
    form({ query: evil }, {}, ''),
    form({ documentId: id, query: null }, { 0: ['query'] }, evil),
    form({ documentId: null }, { 0: ['documentId'] }, id),
    form([{ documentId: id, query: evil }], {}, ''),
    get(`query=${query}`),
    get(`documentId=${id}&query=${query}`),
    get(`documentId=${id}&documentId=other&query=${query}`),
    get(`documentId=${id}`),
    get(`query=${stream}`, 'text/event-stream'),
    get(`documentId=${sha256(SUBSCRIPTION)}&query=${stream}`, 'text/event-stream'),
    get(`query=${stream}&query=${encodeURIComponent(SUBSCRIPTION)}`, 'text/event-stream'),
    fetch(app.url, {
      method: 'POST',
      headers: { ...preflight, 'content-type': 'application/graphql' },
      body: evil,
    }),
    fetch(app.url, {
      method: 'POST',
      headers: { ...preflight, 'content-type': 'application/x-www-form-urlencoded' },
      body: `query=${query}`,
    }),
  ]);
  for (const answer of answers) expect(await answer.text()).toContain('"errors"');
  expect(toy.calls).toEqual([]);
});
