import { gzipSync } from 'node:zlib';

/** An event of a stream as it is written: its name, or null, and the text of its data. */
export interface Frame {
  readonly name: string | null;
  readonly data: string;
}

/** How an event stream is written. */
export interface FrameStyle {
  readonly lineEnd: string;
  /** Between the field and its value. */
  readonly colon: string;
  /** Lines before the data of an event. */
  readonly before: readonly string[];
  /** Whether the blank line after the last event is there. */
  readonly isClosed: boolean;
  readonly bom: boolean;
}

/** A vendor's answer before it is bytes: what changes of it are made to. */
export interface Draft {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** false: one body, which is the data of the first frame. */
  readonly isStream: boolean;
  readonly frames: readonly Frame[];
  readonly style: FrameStyle;
  /** Changes of the bytes, in their order. */
  readonly byteChanges: readonly ((bytes: Buffer) => Buffer)[];
  /** Whether the body is compressed, and how. */
  readonly encoding: 'none' | 'gzip' | 'said only' | 'broken gzip';
  /** Sizes of the writes, over and over; empty: one write. */
  readonly pieces: readonly number[];
  readonly ending: 'end' | 'reset' | 'silence';
}

/** A vendor's answer as it is sent. */
export interface VendorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly pieces: readonly number[];
  readonly ending: Draft['ending'];
}

export const PLAIN_STYLE: FrameStyle = { lineEnd: '\n', colon: ': ', before: [], isClosed: true, bom: false };

const toStreamText = ({ frames, style }: Draft): string => {
  const { lineEnd, colon, before, isClosed, bom } = style;
  const text = frames
    .map(({ name, data }) =>
      [
        ...before,
        ...(name === null ? [] : [`event${colon}${name}`]),
        ...data.split('\n').map((line) => `data${colon}${line}`),
        '',
        '',
      ].join(lineEnd),
    )
    .join('');
  return `${bom ? '\ufeff' : ''}${isClosed ? text : text.slice(0, -2 * lineEnd.length)}`;
};

const encode = (bytes: Buffer, encoding: Draft['encoding']): Buffer => {
  if (encoding === 'none' || encoding === 'said only') return bytes;
  const zipped = gzipSync(bytes);
  return encoding === 'gzip' ? zipped : zipped.subarray(0, Math.ceil(zipped.length * 0.7));
};

export const toAnswer = (draft: Draft): VendorAnswer => {
  const text = draft.isStream ? toStreamText(draft) : (draft.frames[0]?.data ?? '');
  const changed = draft.byteChanges.reduce<Buffer>(
    (bytes, change) => change(bytes),
    Buffer.from(text, 'utf8'),
  );
  const { status, headers, encoding, pieces, ending } = draft;
  return {
    status,
    headers: encoding === 'none' ? headers : { ...headers, 'content-encoding': 'gzip' },
    bytes: encode(changed, encoding),
    pieces,
    ending,
  };
};
