import { createDice, type Dice } from './dice.ts';
import type { ClientOperation } from './client-operations.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { mutateDocument } from './mutate-document.ts';
import { mutateJson, parseWalkable } from './mutate-json.ts';

/** A part of a multipart body. */
interface Part {
  readonly head: string;
  readonly body: string;
}

/** How an operation comes to the server. */
export const TRANSPORTS = [
  'post',
  'post',
  'post',
  'get',
  'sse',
  'websocket',
  'websocket',
  'upload',
  'batch file',
] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** What a client sends before it is bytes: what changes of it are made to. Texts are JSON where nothing has changed them. */
export interface ClientDraft {
  readonly transport: Transport;
  readonly query: string;
  readonly variables: string;
  readonly operationName: string | undefined;
  readonly extensions: Readonly<Record<string, unknown>> | undefined;
  /** The whole body or message, once it was changed as such. */
  readonly whole: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Changes of the bytes of the body, or of one message. */
  readonly byteChanges: readonly ((bytes: Buffer) => Buffer)[];
  /** WebSocket: the messages as text, once they were made; `null`: as the operation has them. */
  readonly messages: readonly string[] | null;
  /** WebSocket: sent as binary messages. */
  readonly isBinary: boolean;
  /** Lines of the file of a batch. */
  readonly lines: readonly string[];
  /** Multipart: the parts, once they were made. */
  readonly parts: readonly Part[] | null;
}

const isMultipart = ({ transport }: ClientDraft): boolean =>
  transport === 'upload' || transport === 'batch file';

export const toBody = ({ whole, query, variables, operationName, extensions }: ClientDraft): string =>
  whole ??
  `{${[
    `"query":${JSON.stringify(query)}`,
    `"variables":${variables}`,
    ...(operationName === undefined ? [] : [`"operationName":${JSON.stringify(operationName)}`]),
    ...(extensions === undefined ? [] : [`"extensions":${JSON.stringify(extensions)}`]),
  ].join(',')}}`;

export const toMessages = (draft: ClientDraft): readonly string[] =>
  draft.messages ?? [
    '{"type":"connection_init"}',
    '{"type":"ping"}',
    `{"id":"1","type":"subscribe","payload":${toBody(draft)}}`,
    '{"id":"2","type":"subscribe","payload":{"query":"{ __typename }"}}',
  ];

const formPart = (name: string, body: string, file = ''): Part => ({
  head: `Content-Disposition: form-data; name="${name}"${file}`,
  body,
});

const toParts = (draft: ClientDraft): readonly Part[] =>
  draft.parts ?? [
    formPart('operations', toBody(draft)),
    formPart(
      'map',
      draft.transport === 'upload'
        ? '{"0":["variables.input.messages.0.user.0.image.source.upload"]}'
        : '{"0":["variables.input.file"]}',
    ),
    formPart('0', draft.lines.join('\n'), '; filename="a.jsonl"\r\nContent-Type: application/octet-stream'),
  ];

export const BOUNDARY = 'fuzz-boundary';

export const toMultipart = (draft: ClientDraft): string =>
  `${toParts(draft)
    .map(({ head, body }) => `--${BOUNDARY}\r\n${head}\r\n\r\n${body}\r\n`)
    .join('')}--${BOUNDARY}--\r\n`;

export const toClientDraft = (
  transport: Transport,
  operation: ClientOperation,
  lines: readonly string[],
): ClientDraft => ({
  transport,
  query: operation.query,
  variables: JSON.stringify(operation.variables),
  operationName: operation.operationName,
  extensions: operation.extensions,
  whole: null,
  headers: {},
  byteChanges: [],
  messages: null,
  isBinary: false,
  lines,
  parts: null,
});

interface Changed {
  readonly draft: ClientDraft;
  readonly what: string;
}

/** Gives null where it has nothing to act on. */
type ClientChange = (draft: ClientDraft, dice: Dice) => Changed | null;

/** JSON text changed by its values; null where it is none any more. */
const changeText = (text: string, dice: Dice): { readonly json: string; readonly what: string } | null => {
  const value = parseWalkable(text);
  return value === undefined ? null : mutateJson(value, dice);
};

const changeVariables: ClientChange = (draft, dice) => {
  const changed = changeText(draft.variables, dice);
  return changed && { draft: { ...draft, variables: changed.json }, what: `variables: ${changed.what}` };
};

const changeWhole: ClientChange = (draft, dice) => {
  const changed = changeText(toBody(draft), dice);
  return changed && { draft: { ...draft, whole: changed.json }, what: `body: ${changed.what}` };
};

const changeDocument: ClientChange = (draft, dice) => {
  const { query, what } = mutateDocument(draft.query, dice);
  return { draft: { ...draft, query }, what };
};

const changeBytes: ClientChange = (draft, dice) => {
  const seed = dice.below(2 ** 31);
  const change = (bytes: Buffer): Buffer => mutateBytes(bytes, createDice(seed));
  return { draft: { ...draft, byteChanges: [...draft.byteChanges, change] }, what: 'some bytes' };
};

const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  [
    'content-type',
    [
      '',
      'text/plain',
      'application/graphql',
      'application/json; charset=utf-16',
      'multipart/form-data',
      'nonsense',
      'application/graphql+json',
      'application/x-www-form-urlencoded',
    ],
  ],
  [
    'accept',
    [
      '',
      '*/*',
      'text/html',
      'application/graphql-response+json',
      'text/event-stream',
      'multipart/mixed',
      'nonsense;q=x',
    ],
  ],
  ['content-encoding', ['gzip', 'identity', 'br', 'nonsense']],
  ['accept-encoding', ['gzip', '*', 'x']],
  ['last-event-id', ['0', 'x', '-1', '99999999999999999999']],
  ['authorization', ['Bearer mg_x_y', 'Basic x', '']],
  ['traceparent', ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'x']],
  ['expect', ['100-continue']],
];

const changeHeader: ClientChange = (draft, dice) => {
  if (draft.transport === 'websocket') return null;
  const [name, values] = dice.pick(HEADERS);
  const value = dice.pick(values);
  return { draft: { ...draft, headers: { ...draft.headers, [name]: value } }, what: `${name}: ${value}` };
};

/** One item of a list dropped, doubled, swapped with another, or changed by its values. */
const changeList = (
  items: readonly string[],
  dice: Dice,
): { readonly items: readonly string[]; readonly what: string } | null => {
  if (items.length === 0) return null;
  const [at, to] = [dice.below(items.length), dice.below(items.length)];
  const [item = '', other = ''] = [items[at], items[to]];
  switch (dice.below(6)) {
    case 0:
      return { items: items.toSpliced(at, 1), what: `${at} dropped` };
    case 1:
      return { items: items.toSpliced(at, 0, item), what: `${at} twice` };
    case 2:
      return { items: items.with(at, other).with(to, item), what: `${at} and ${to} swapped` };
    default: {
      const changed = changeText(item, dice);
      return changed && { items: items.with(at, changed.json), what: `${at}: ${changed.what}` };
    }
  }
};

const changeMessages: ClientChange = (draft, dice) => {
  if (draft.transport !== 'websocket') return null;
  if (dice.chance(0.05)) return { draft: { ...draft, isBinary: true }, what: 'binary messages' };
  const type = dice.pick([
    'ping',
    'pong',
    'complete',
    'next',
    'connection_ack',
    'connection_init',
    'error',
    'novelty',
  ]);
  const messages = toMessages(draft);
  if (dice.chance(0.3)) {
    const payload = dice.pick([
      '',
      ',"payload":null',
      ',"payload":{"a":1}',
      `,"payload":"${'x'.repeat(dice.pick([10, 100_000]))}"`,
    ]);
    const message = `{"id":"1","type":"${type}"${payload}}`;
    return {
      draft: { ...draft, messages: messages.toSpliced(dice.below(messages.length + 1), 0, message) },
      what: `a message ${type}`,
    };
  }
  const changed = changeList(messages, dice);
  return changed && { draft: { ...draft, messages: changed.items }, what: `message ${changed.what}` };
};

const changeLines: ClientChange = (draft, dice) => {
  if (draft.transport !== 'batch file') return null;
  const changed = changeList(draft.lines, dice);
  return changed && { draft: { ...draft, lines: changed.items }, what: `line ${changed.what}` };
};

const changeParts: ClientChange = (draft, dice) => {
  if (!isMultipart(draft)) return null;
  const parts = toParts(draft);
  const at = dice.below(parts.length);
  const part = parts[at];
  if (part === undefined) return null;
  const give = (changed: readonly Part[], what: string): Changed => ({
    draft: { ...draft, parts: changed },
    what: `part ${at} ${what}`,
  });
  switch (dice.below(6)) {
    case 0:
      return give(parts.toSpliced(at, 1), 'dropped');
    case 1:
      return give(parts.toSpliced(at, 0, part), 'twice');
    case 2:
      return give(parts.toReversed(), 'and all others reversed');
    case 3: {
      const head = dice.pick([
        '',
        'Content-Disposition: form-data',
        'Content-Disposition: form-data; name="__proto__"',
        'X: y',
        part.head.replace(/name="[^"]*"/, 'name="novelty"'),
      ]);
      return give(parts.with(at, { ...part, head }), `with the head ${head.slice(0, 40)}`);
    }
    default: {
      const changed = changeText(part.body, dice);
      return changed && give(parts.with(at, { ...part, body: changed.json }), changed.what);
    }
  }
};

const CHANGES: readonly (readonly [weight: number, change: ClientChange])[] = [
  [8, changeVariables],
  [6, changeDocument],
  [4, changeWhole],
  [3, changeBytes],
  [2, changeHeader],
  [8, changeMessages],
  [8, changeLines],
  [6, changeParts],
];
const WEIGHTED = CHANGES.flatMap(([weight, change]) => Array.from({ length: weight }, () => change));

/** Changes the draft once, in a way that has something to act on. */
export const changeClientDraft = (draft: ClientDraft, dice: Dice): Changed => {
  for (;;) {
    const changed = dice.pick(WEIGHTED)(draft, dice);
    if (changed !== null) return changed;
  }
};
