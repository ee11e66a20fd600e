import { coveredCells, VENDOR_PROVIDERS, type VendorProvider } from '../contract/providers.ts';
import type { Turn } from '../contract/turn.ts';
import type { ApiType } from '../../src/core/model-config.ts';
import { type Frame, type FrameStyle, PLAIN_STYLE } from './vendor-draft.ts';

/** A vendor's answer as it should be, which changes are made of. */
export interface VendorInput {
  readonly name: string;
  /** The API that is answered for. Each has the same share of a run, however many answers it has. */
  readonly line: string;
  readonly apiType: ApiType;
  /** The model of the server that is asked. */
  readonly model: string;
  readonly takesTools: boolean;
  readonly isStream: boolean;
  readonly status: number;
  readonly frames: readonly Frame[];
  readonly style: FrameStyle;
}

/** A model that a run asks for, by the name of its API. */
export interface FuzzedLine {
  readonly line: string;
  readonly apiType: ApiType;
  readonly model: string;
  readonly takesTools: boolean;
  readonly isStream: boolean;
}

const toFrame = (payload: object, isNamed: boolean): Frame => ({
  name: isNamed && 'type' in payload ? String(payload.type) : null,
  data: JSON.stringify(payload),
});

/** The one event of a frame as a vendor words it. */
const readFrame = (text: string): Frame => ({
  name: /^event: (.*)$/m.exec(text)?.[1] ?? null,
  data: /^data: (.*)$/m.exec(text)?.[1] ?? '',
});

const streamOf = (
  payloads: readonly object[],
  { framing }: VendorProvider['wire'],
): Pick<VendorInput, 'frames' | 'style'> => ({
  frames: [
    ...payloads.map((payload) => toFrame(payload, framing.named)),
    ...(framing.done ? [{ name: null, data: '[DONE]' }] : []),
  ],
  style: { ...PLAIN_STYLE, lineEnd: framing.lineEnd ?? '\n' },
});

const bodyOf = (
  body: object,
  status: number,
): Pick<VendorInput, 'frames' | 'style' | 'isStream' | 'status'> => ({
  frames: [{ name: null, data: JSON.stringify(body) }],
  style: PLAIN_STYLE,
  isStream: false,
  status,
});

const ERROR_STATUSES = [400, 401, 404, 413, 429, 500, 503, 529];
const MESSAGE = 'the vendor explains itself';

const inputsOf = (from: VendorProvider, to: FuzzedLine): readonly VendorInput[] => {
  const turns: readonly Turn[] = coveredCells(from).flatMap((cell) => cell.turns);
  const answers = turns.flatMap((turn) => {
    const named = { ...to, name: turn.name };
    if (to.isStream)
      return [{ ...named, isStream: true, status: 200, ...streamOf(turn.payloads, from.wire) }];
    return turn.whole === null ? [] : [{ ...named, ...bodyOf(turn.whole, 200) }];
  });
  const failures = ERROR_STATUSES.map((status) => ({
    ...to,
    name: `error ${status}`,
    ...bodyOf(from.vendor.errors.body({ status, message: MESSAGE, retryDelayMs: 100 }), status),
  }));
  const [first] = answers;
  if (first === undefined || !to.isStream) return [...answers, ...failures];
  const error = readFrame(from.vendor.errors.frame(MESSAGE));
  const begun = first.frames.slice(0, Math.ceil(first.frames.length / 2));
  return [
    ...answers,
    ...failures,
    { ...first, name: 'an error inside the stream', frames: [...begun, error] },
  ];
};

/** Models of the configured provider. Its answers are those of every vendor that speaks the same API. */
export const CONFIGURED = {
  chat: {
    line: 'configured (Chat Completions)',
    apiType: 'chat_completion',
    model: 'any-chat',
    takesTools: true,
    isStream: true,
  },
  chatWhole: {
    line: 'configured (Chat Completions, whole)',
    apiType: 'chat_completion',
    model: 'any-chat-whole',
    takesTools: true,
    isStream: false,
  },
  responses: {
    line: 'configured (Responses)',
    apiType: 'responses_api',
    model: 'any-responses',
    takesTools: true,
    isStream: true,
  },
  responsesWhole: {
    line: 'configured (Responses, whole)',
    apiType: 'responses_api',
    model: 'any-responses-whole',
    takesTools: true,
    isStream: false,
  },
} as const satisfies Readonly<Record<string, FuzzedLine>>;

/** What a run asks for: each API of every vendor, and the configured provider's. */
export const FUZZED_LINES: readonly FuzzedLine[] = [
  ...VENDOR_PROVIDERS.map(({ name, model }) => ({
    line: name,
    apiType: model.apiType,
    model: model.name,
    takesTools: model.functionCalling,
    isStream: true,
  })),
  ...Object.values(CONFIGURED),
];

/** Hand-made answers of every vendor. */
export const handMadeInputs = (): readonly VendorInput[] =>
  FUZZED_LINES.flatMap((to) => {
    const own = VENDOR_PROVIDERS.filter(({ name }) => name === to.line);
    const speakers = VENDOR_PROVIDERS.filter(({ model }) => model.apiType === to.apiType);
    return (own.length > 0 ? own : speakers).flatMap((from) => inputsOf(from, to));
  });
