import { createDice, type Dice } from './dice.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { mutateJson, parseWalkable } from './mutate-json.ts';
import type { Draft, Frame, FrameStyle } from './vendor-draft.ts';

/** A draft that was changed, and what was done to it. */
export interface Changed {
  readonly draft: Draft;
  readonly what: string;
}

/** `others` are frames of other answers of any vendor. Gives null where it has nothing to act on. */
type VendorChange = (draft: Draft, dice: Dice, others: readonly Frame[]) => Changed | null;

const changeValue: VendorChange = (draft, dice) => {
  const index = dice.below(draft.frames.length);
  const frame = draft.frames[index];
  const value = frame && parseWalkable(frame.data);
  if (frame === undefined || value === undefined) return null;
  const { json, what } = mutateJson(value, dice);
  return {
    draft: { ...draft, frames: draft.frames.with(index, { ...frame, data: json }) },
    what: `frame ${index}: ${what}`,
  };
};

const changeOrder: VendorChange = (draft, dice, others) => {
  const { frames } = draft;
  if (!draft.isStream || frames.length === 0) return null;
  const [at, to] = [dice.below(frames.length), dice.below(frames.length)];
  const [frame, other] = [frames[at], frames[to]];
  if (frame === undefined || other === undefined) return null;
  const give = (changed: readonly Frame[], what: string): Changed => ({
    draft: { ...draft, frames: changed },
    what,
  });
  switch (dice.below(8)) {
    case 0:
      return give(frames.toSpliced(at, 1), `frame ${at} dropped`);
    case 1:
      return give(frames.toSpliced(at, 0, frame), `frame ${at} twice`);
    case 2:
      return give(frames.with(at, other).with(to, frame), `frames ${at} and ${to} swapped`);
    case 3:
      return give(frames.slice(0, at), `cut before frame ${at}`);
    case 4:
      return give(frames.slice(at), `begins with frame ${at}`);
    case 5:
      return give([...frames, ...frames], 'all frames twice');
    case 6: {
      const times = dice.pick([20, 200, 3_000]);
      const many = Array.from(
        { length: Math.min(times, Math.ceil(3_000_000 / (frame.data.length + 1))) },
        () => frame,
      );
      return give(frames.toSpliced(at, 0, ...many), `frame ${at} ${many.length} times`);
    }
    default:
      return give(frames.toSpliced(at, 0, dice.pick(others)), `a frame of another answer before frame ${at}`);
  }
};

const changeBytes: VendorChange = (draft, dice) => {
  const seed = dice.below(2 ** 31);
  // It may be sent more than once, and has to be the same each time.
  const change = (bytes: Buffer): Buffer => mutateBytes(bytes, createDice(seed));
  return { draft: { ...draft, byteChanges: [...draft.byteChanges, change] }, what: 'some bytes' };
};

const CONTENT_TYPES = [
  null,
  '',
  'text/event-stream',
  'application/json',
  'text/plain',
  'text/html; charset=utf-8',
  'application/x-ndjson',
  'application/octet-stream',
  'TEXT/EVENT-STREAM',
  'application/json; charset=utf-16',
  'text/event-stream;charset=latin1',
  '*/*',
  'nonsense',
  'application/problem+json',
  'multipart/form-data',
  'text/event-stream, application/json',
];

const changeContentType: VendorChange = (draft, dice) => {
  const type = dice.pick(CONTENT_TYPES);
  const { 'content-type': _, ...others } = draft.headers;
  const headers = type === null ? others : { ...others, 'content-type': type };
  return { draft: { ...draft, headers }, what: `content type ${type ?? 'left out'}` };
};

const STATUSES = [
  200, 201, 202, 203, 204, 206, 300, 302, 304, 400, 401, 403, 404, 408, 409, 413, 418, 422, 429, 500, 502,
  503, 529, 599,
];

const changeStatus: VendorChange = (draft, dice) => {
  const status = dice.pick(STATUSES);
  return { draft: { ...draft, status }, what: `status ${status}` };
};

const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ['retry-after', ['1', '-5', '1e30', 'NaN', 'soon', 'Wed, 21 Oct 2015 07:28:00 GMT', '99999999999', '']],
  ['retry-after-ms', ['1', '-5', '1e30', 'x']],
  ['x-ratelimit-reset-requests', ['1s', '6m0s', 'x', '-1']],
  ['x-should-retry', ['true', 'false', 'x']],
  ['x-request-id', ['x'.repeat(4_000), '"', '<b>']],
  ['location', ['/', 'http://127.0.0.1:1/', 'x']],
  ['content-encoding', ['identity', 'br', 'nonsense']],
];

const changeHeader: VendorChange = (draft, dice) => {
  const [name, values] = dice.pick(HEADERS);
  const value = dice.pick(values);
  return {
    draft: { ...draft, headers: { ...draft.headers, [name]: value } },
    what: `${name}: ${value.slice(0, 30)}`,
  };
};

const STYLES: readonly (readonly [string, Partial<FrameStyle>])[] = [
  ['CRLF', { lineEnd: '\r\n' }],
  ['CR', { lineEnd: '\r' }],
  ['no space after the colon', { colon: ':' }],
  ['two spaces after the colon', { colon: ':  ' }],
  ['comments', { before: [': ping', ':'] }],
  ['ids and retries', { before: ['id: 7', 'retry: 10'] }],
  ['fields without a colon', { before: ['data', 'event', 'novelty'] }],
  ['an empty event before each', { before: ['event: ping', '', 'data:', ''] }],
  ['no blank line at the end', { isClosed: false }],
  ['a byte order mark', { bom: true }],
];

const changeStyle: VendorChange = (draft, dice) => {
  if (!draft.isStream) return null;
  if (dice.chance(0.2)) {
    const isNamed = draft.frames.some(({ name }) => name !== null);
    const frames = draft.frames.map(({ data }) => ({ name: isNamed ? null : 'message', data }));
    return { draft: { ...draft, frames }, what: isNamed ? 'no event names' : 'events named message' };
  }
  const [what, style] = dice.pick(STYLES);
  return { draft: { ...draft, style: { ...draft.style, ...style } }, what };
};

const changePieces: VendorChange = (draft, dice) => {
  const pieces = dice.pick([
    [1],
    [2],
    [7],
    [1, 100],
    [1_000],
    Array.from({ length: 9 }, () => 1 + dice.below(40)),
  ]);
  return { draft: { ...draft, pieces }, what: `written in pieces of ${pieces.join(', ')}` };
};

const changeEnding: VendorChange = (draft, dice) => {
  const ending = dice.pick(['reset', 'reset', 'silence'] as const);
  return { draft: { ...draft, ending }, what: `ends with ${ending}` };
};

const changeEncoding: VendorChange = (draft, dice) => {
  const encoding = dice.pick(['gzip', 'said only', 'broken gzip'] as const);
  return { draft: { ...draft, encoding }, what: `content encoding: ${encoding}` };
};

/** A stream's events as the lines of one body, or one body as a stream. */
const changeForm: VendorChange = (draft) => {
  if (!draft.isStream) return { draft: { ...draft, isStream: true }, what: 'the body as a stream' };
  const data = draft.frames.map((frame) => frame.data).join('\n');
  return {
    draft: { ...draft, isStream: false, frames: [{ name: null, data }] },
    what: 'the events as lines of one body',
  };
};

/** Changes of every kind: bytes, values, the order of events, content types, the borders of packets. */
const CHANGES: readonly (readonly [weight: number, change: VendorChange])[] = [
  [30, changeValue],
  [12, changeOrder],
  [8, changeBytes],
  [5, changeContentType],
  [4, changePieces],
  [4, changeStyle],
  [3, changeEnding],
  [2, changeStatus],
  [2, changeHeader],
  [2, changeEncoding],
  [1, changeForm],
];
const WEIGHTED = CHANGES.flatMap(([weight, change]) => Array.from({ length: weight }, () => change));

/** Changes the draft once, in a way that has something to act on. */
export const changeDraft = (draft: Draft, dice: Dice, others: readonly Frame[]): Changed => {
  for (;;) {
    const changed = dice.pick(WEIGHTED)(draft, dice, others);
    if (changed !== null) return changed;
  }
};
