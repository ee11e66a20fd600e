import { describe, expect, it, test } from 'vitest';
import { MAX_MEDIA_BYTES, type Message, type UserPart } from '../../../src/core/message.ts';
import { MAX_REQUEST_MEDIA_BYTES } from '../../../src/services/checks/check-media.ts';
import { type GraphqlResponse, startApp, type TestApp } from '../../support/app/app.ts';
import { GENERATE_MUTATION, GENERATE_SUBSCRIPTION } from '../../support/app/events.ts';
import { createToy, type Toy, toyOverrides } from '../../support/app/toy-provider.ts';
import { base64Of, MEDIA_BYTES, type MediaType } from '../../services/checks/media-bytes.ts';
import { ANSWERS } from '../../support/app/clients.ts';

interface UploadApp extends AsyncDisposable {
  readonly app: TestApp;
  readonly toy: Toy;
}

const startSeer = async (settings: Parameters<typeof startApp>[0] = {}): Promise<UploadApp> => {
  const toy = createToy();
  const models = { seer: { inputModalities: ['text', 'image', 'audio', 'file'] } } as const;
  const app = await startApp(settings, toyOverrides(toy, models));
  return { app, toy, [Symbol.asyncDispose]: () => app.close() };
};

const fileOf = (mediaType: MediaType, name = 'upload'): File => new File([MEDIA_BYTES[mediaType]], name);

const inputOf = (...user: readonly Readonly<Record<string, unknown>>[]) => ({
  model: 'seer',
  messages: [{ user: [{ text: 'Look.' }, ...user] }],
});

const uploaded = (kind: 'image' | 'audio' | 'file') => ({ [kind]: { source: { upload: null } } });
const placeOf = (index: number, kind: string): string =>
  `variables.input.messages.0.user.${index}.${kind}.source.upload`;

interface Upload {
  readonly query?: string;
  readonly input?: unknown;
  /** The field as it is, or a value to be written as JSON. */
  readonly operations?: unknown;
  readonly map?: unknown;
  readonly files?: Readonly<Record<string, File>>;
  readonly headers?: Readonly<Record<string, string>>;
}

const PREFLIGHT = { 'graphql-require-preflight': '1' } as const;

/** A GraphQL multipart request as a browser sends it; a field that is undefined is left out. */
const upload = ({ app }: UploadApp, given: Upload): Promise<Response> => {
  const form = new FormData();
  const fields = {
    operations: { query: given.query ?? GENERATE_MUTATION, variables: { input: given.input } },
    ...given,
  };
  for (const name of ['operations', 'map'] as const) {
    const value = fields[name];
    if (value !== undefined) form.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  for (const [name, file] of Object.entries(given.files ?? {})) form.append(name, file);
  return fetch(app.url, { method: 'POST', headers: given.headers ?? PREFLIGHT, body: form });
};

const answerOf = async (response: Response): Promise<GraphqlResponse> =>
  (await response.json()) as GraphqlResponse;

const partsOf = ([message]: readonly Message[]): readonly UserPart[] =>
  message?.role === 'user' ? message.parts : [];

/** The parts of the only call that reached the provider, the text before them left out. */
const receivedBy = ({ toy }: UploadApp): readonly UserPart[] => {
  expect(toy.calls).toHaveLength(1);
  return partsOf(toy.calls[0]?.request.messages ?? []).slice(1);
};

const dataOf = (mediaType: MediaType) => ({ type: 'base64', data: base64Of(mediaType) });

const EVENT_STREAM = { ...PREFLIGHT, accept: 'text/event-stream' } as const;

/** The three ways to the server that take uploads. */
const WAYS: readonly (readonly [string, string, Readonly<Record<string, string>>, RegExp])[] = [
  ['a mutation over HTTP', GENERATE_MUTATION, PREFLIGHT, /"status":"COMPLETED"/],
  ['a mutation over SSE', GENERATE_MUTATION, EVENT_STREAM, /^event: next\ndata: .*"status":"COMPLETED"/],
  ['a subscription over SSE', GENERATE_SUBSCRIPTION, EVENT_STREAM, /"GenerationCompleted"/],
];

describe.each(WAYS)('%s', (_way, query, headers, completed) => {
  it('brings an upload to the provider, with its bytes, its kind and its name', async () => {
    await using server = await startSeer();
    const response = await upload(server, {
      query,
      headers,
      input: inputOf(uploaded('file')),
      map: { 0: [placeOf(1, 'file')] },
      files: { 0: fileOf('application/pdf', 'Übersicht.pdf') },
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(completed);
    expect(receivedBy(server)).toEqual([
      {
        type: 'file',
        source: dataOf('application/pdf'),
        mediaType: 'application/pdf',
        filename: 'Übersicht.pdf',
      },
    ]);
  });

  it('brings several uploads, each to its place', async () => {
    await using server = await startSeer();
    const response = await upload(server, {
      query,
      headers,
      input: inputOf(uploaded('audio'), uploaded('image'), uploaded('image')),
      // The order of the parts of the body is another one than that of the places.
      map: { png: [placeOf(3, 'image')], wav: [placeOf(1, 'audio')], gif: [placeOf(2, 'image')] },
      files: { gif: fileOf('image/gif'), wav: fileOf('audio/wav'), png: fileOf('image/png') },
    });
    expect(await response.text()).toMatch(completed);
    expect(receivedBy(server)).toMatchObject([
      { type: 'audio', source: dataOf('audio/wav'), mediaType: 'audio/wav' },
      { type: 'image', source: dataOf('image/gif'), mediaType: 'image/gif' },
      { type: 'image', source: dataOf('image/png'), mediaType: 'image/png' },
    ]);
  });

  it('brings one upload to two places', async () => {
    await using server = await startSeer();
    const response = await upload(server, {
      query,
      headers,
      input: inputOf(uploaded('image'), uploaded('image')),
      map: { a: [placeOf(1, 'image'), placeOf(2, 'image')] },
      files: { a: fileOf('image/webp') },
    });
    expect(await response.text()).toMatch(completed);
    expect(receivedBy(server)).toMatchObject([
      { source: dataOf('image/webp') },
      { source: dataOf('image/webp') },
    ]);
  });

  it.each([
    ['of another kind', fileOf('application/pdf'), 'The bytes are no image of a kind that is taken.'],
    [
      'of a kind nobody knows',
      new File(['text'], 'a.png', { type: 'image/png' }),
      'The bytes are no image of a kind that is taken.',
    ],
    ['without bytes', new File([], 'a.png'), 'There are no bytes.'],
  ])('refuses an upload %s, with its place', async (_what, file, message) => {
    await using server = await startSeer();
    const response = await upload(server, {
      query,
      headers,
      input: inputOf(uploaded('image')),
      map: { 0: [placeOf(1, 'image')] },
      files: { 0: file },
    });
    const text = await response.text();
    expect(text).toContain(JSON.stringify(message));
    expect(text).toContain('"path":["input","messages","0","user","1","image","source"]');
    expect(server.toy.calls).toEqual([]);
  });

  const image = { input: inputOf(uploaded('image')), files: { 0: fileOf('image/png') } } as const;

  it.each<[string, Upload]>([
    ['no map', { ...image }],
    ['a map that is no JSON', { ...image, map: '{' }],
    ['a map that is no object', { ...image, map: [placeOf(1, 'image')] }],
    ['a map that gives no list of places', { ...image, map: { 0: placeOf(1, 'image') } }],
    ['a map to a place there is not', { ...image, map: { 0: ['variables.input.messages.7.upload'] } }],
    ['a map to the prototype of things', { ...image, map: { 0: ['__proto__.polluted'] } }],
    ['a map of a file that is not there', { ...image, map: { 1: [placeOf(1, 'image')] } }],
    ['no operations', { ...image, operations: undefined, map: { 0: [placeOf(1, 'image')] } }],
    ['operations that are no JSON', { ...image, operations: 'query', map: { 0: [placeOf(1, 'image')] } }],
    ['operations that are a list', { ...image, operations: [{}], map: { 0: ['0.variables.file'] } }],
  ])('refuses a body with %s', async (_what, given) => {
    await using server = await startSeer();
    const response = await upload(server, { query, headers, ...given });
    expect(response.status).toBe(400);
    const { data, errors } = await answerOf(response);
    expect(data ?? null).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_REQUEST', retryable: false } }]);
    expect(errors?.[0]?.message).not.toMatch(/Error|undefined|at \//);
    expect(server.app.logLines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(server.toy.calls).toEqual([]);
    expect({}).not.toHaveProperty('polluted');
  });

  it('refuses a body that is not what its type says', async () => {
    await using server = await startSeer();
    const response = await fetch(server.app.url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'multipart/form-data; boundary=x' },
      body: 'not a form at all',
    });
    expect(response.status).toBe(400);
    expect(await answerOf(response)).toMatchObject({ errors: [{ extensions: { code: 'INVALID_REQUEST' } }] });
    expect(server.app.logLines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('refuses a body that is larger than allowed', async () => {
    await using server = await startSeer({ maxUploadBytes: 4_096 });
    const large = (length: number) =>
      upload(server, {
        query,
        headers,
        input: inputOf(uploaded('image')),
        map: { 0: [placeOf(1, 'image')] },
        files: { 0: new File([MEDIA_BYTES['image/png'], Buffer.alloc(length)], 'a.png') },
      });
    const response = await large(4_096);
    expect(response.status).toBe(413);
    expect(await answerOf(response)).toMatchObject({
      errors: [
        {
          message: 'The request body is larger than 4096 bytes.',
          extensions: { code: 'INVALID_REQUEST', retryable: false },
        },
      ],
    });
    expect(server.toy.calls).toEqual([]);
    expect((await large(1)).status).toBe(200);
  });

  it('refuses what a foreign page could send without asking', async () => {
    await using server = await startSeer();
    const { 'graphql-require-preflight': _preflight, ...simple } = headers;
    const response = await upload(server, {
      query,
      headers: simple,
      ...image,
      map: { 0: [placeOf(1, 'image')] },
    });
    expect(response.status).toBe(403);
    expect(await answerOf(response)).toMatchObject({
      errors: [
        {
          message:
            'Send application/json, or the header graphql-require-preflight, so that no foreign page can send the request.',
          extensions: { code: 'FORBIDDEN' },
        },
      ],
    });
    expect(server.toy.calls).toEqual([]);
  });
});

const PART = (head: string, body: string): string =>
  `--x\r\ncontent-disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
const OPERATIONS = PART('name="operations"', '{"query":"{ __typename }"}');
const MAP = PART('name="map"', '{"0":["variables.file"]}');
const FILE = PART('name="0"; filename="a"', 'a few bytes');

test.each([
  ['a field that is none of the two, before it', [OPERATIONS, MAP, PART('name="more"', ''), FILE]],
  ['operations twice', [OPERATIONS, OPERATIONS, MAP, FILE]],
  ['a map twice, the second after it', [OPERATIONS, MAP, FILE, MAP]],
])('a file that came whole with %s is answered at once', async (_what, parts) => {
  await using server = await startSeer();
  const response = await fetch(server.app.url, {
    method: 'POST',
    headers: { ...PREFLIGHT, 'content-type': 'multipart/form-data; boundary=x' },
    body: `${parts.join('')}--x--\r\n`,
  });
  expect(response.status).toBe(400);
  expect(await answerOf(response)).toMatchObject({ errors: [{ extensions: { code: 'INVALID_REQUEST' } }] });
});

test.each([510, 511, 998])(
  'a form of %i files, operations and a map is answered by the number of its parts',
  async (count) => {
    await using server = await startSeer();
    const map = PART('name="map"', '{}');
    const response = await fetch(server.app.url, {
      method: 'POST',
      headers: { ...PREFLIGHT, 'content-type': 'multipart/form-data; boundary=x' },
      body: `${OPERATIONS}${map}${FILE.repeat(count)}--x--\r\n`,
    });
    expect(await answerOf(response)).toMatchObject(
      count + 2 <= 512
        ? { data: { __typename: 'Query' } }
        : { errors: [{ message: 'A form has at most 512 parts.', extensions: { code: 'INVALID_REQUEST' } }] },
    );
  },
);

test('uploads have a limit of their own, apart from that of other bodies', async () => {
  await using server = await startSeer({ maxBodyBytes: 4_096 });
  const file = new File([MEDIA_BYTES['image/png'], Buffer.alloc(8_000_000)], 'a.png');
  const response = await upload(server, {
    input: inputOf(uploaded('image')),
    map: { 0: [placeOf(1, 'image')] },
    files: { 0: file },
  });
  expect((await answerOf(response)).errors).toBeUndefined();
  const [part] = receivedBy(server);
  expect(part?.type === 'image' && part.source.type === 'base64' && part.source.data.length).toBe(
    Math.ceil(file.size / 3) * 4,
  );
});

test('a preview of uploads checks them, and calls nobody', async () => {
  await using server = await startSeer();
  const query = `query ($input: GenerateInput!) { previewGeneration(input: $input) { accepted problems { path } } }`;
  const response = await upload(server, {
    query,
    input: inputOf(uploaded('image'), uploaded('audio')),
    map: { a: [placeOf(1, 'image'), placeOf(2, 'audio')] },
    files: { a: fileOf('image/png') },
  });
  expect(await answerOf(response)).toEqual({
    data: {
      previewGeneration: {
        accepted: false,
        problems: [{ path: ['input', 'messages', '0', 'user', '2', 'audio', 'source'] }],
      },
    },
  });
  expect(server.toy.calls).toEqual([]);
});

test('a name that is given stands over that of the upload', async () => {
  await using server = await startSeer();
  await upload(server, {
    input: inputOf({ file: { source: { upload: null }, filename: 'mine.pdf' } }),
    map: { 0: [placeOf(1, 'file')] },
    files: { 0: fileOf('application/pdf', 'theirs.pdf') },
  });
  expect(receivedBy(server)).toMatchObject([{ filename: 'mine.pdf' }]);
});

const HOW =
  'A File must be a part of a GraphQL multipart request, which is sent over HTTP: POST multipart/form-data with operations, map and the file. Over WebSocket give base64 instead.';

describe.each(['http', 'sse', 'websocket'] as const)('without a multipart request, over %s', (transport) => {
  it.each([
    ['a string', 'AAAA'],
    ['an object', {}],
    ['an object that looks like a file', { arrayBuffer: 'AAAA', name: 'a.png' }],
    ['a number', 7],
  ])('%s is no upload, and the way to send one is told', async (_what, value) => {
    await using server = await startSeer();
    const [answer, ...others] = await ANSWERS[transport](server.app, {
      query: transport === 'http' ? GENERATE_MUTATION : GENERATE_SUBSCRIPTION,
      variables: { input: inputOf({ image: { source: { upload: value } } }) },
    });
    expect(others).toEqual([]);
    expect(answer?.data ?? null).toBeNull();
    expect(answer?.errors).toMatchObject([{ extensions: { code: 'INVALID_REQUEST' } }]);
    expect(answer?.errors?.[0]?.message).toContain(HOW);
    expect(server.toy.calls).toEqual([]);
    expect(server.app.logLines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('a literal is no upload either', async () => {
    await using server = await startSeer();
    const field =
      'generate(input: {model: "seer", messages: [{user: [{image: {source: {upload: "AAAA"}}}]}]})';
    const [answer] = await ANSWERS[transport](server.app, {
      query:
        transport === 'http' ? `mutation { ${field} { text } }` : `subscription { ${field} { __typename } }`,
    });
    expect(answer?.errors?.[0]?.message).toContain(HOW);
    expect(server.toy.calls).toEqual([]);
  });
});

test('one upload in many places counts in each, so that a few bytes sent are not a flood', async () => {
  await using server = await startSeer();
  const size = MAX_MEDIA_BYTES - 1_000;
  const file = new File(
    [MEDIA_BYTES['image/png'], new Uint8Array(size - MEDIA_BYTES['image/png'].length)],
    'a',
  );
  const places = Array.from({ length: 4 }, () => uploaded('image'));
  const response = await upload(server, {
    input: inputOf(...places),
    map: { 0: places.map((_place, index) => placeOf(index + 1, 'image')) },
    files: { 0: file },
  });
  const [error] = (await answerOf(response)).errors ?? [];
  expect(error).toMatchObject({
    message: `With this the request brings more than ${MAX_REQUEST_MEDIA_BYTES} bytes of media.`,
    extensions: { code: 'INVALID_REQUEST', path: ['input', 'messages', '0', 'user', '4', 'image', 'source'] },
  });
  expect(server.toy.calls).toEqual([]);
});
