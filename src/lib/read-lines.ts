export interface Line {
  /** Counted from 0, blank lines included. */
  readonly index: number;
  /** Without the line's end; null: the line is longer than allowed, and has been skipped. */
  readonly bytes: Buffer | null;
}

const NEW_LINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

const withoutReturn = (bytes: Buffer): Buffer =>
  bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;

/** Lines that end in LF or CRLF, the last one with or without. Holds one line at a time, and no more of it than allowed. */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  maxLineBytes: number,
): AsyncGenerator<Line, void, undefined> {
  let index = 0;
  let length = 0;
  let pieces: Buffer[] = [];
  const add = (piece: Buffer): void => {
    length += piece.length;
    if (length <= maxLineBytes) pieces.push(piece);
    else pieces = [];
  };
  const take = (): Line => {
    const [piece] = pieces;
    const whole = piece !== undefined && pieces.length === 1 ? piece : Buffer.concat(pieces);
    const line = { index, bytes: length > maxLineBytes ? null : withoutReturn(whole) };
    index += 1;
    length = 0;
    pieces = [];
    return line;
  };
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (let at = bytes.indexOf(NEW_LINE); at !== -1; at = bytes.indexOf(NEW_LINE, from)) {
      add(bytes.subarray(from, at));
      yield take();
      from = at + 1;
    }
    if (from < bytes.length) add(bytes.subarray(from));
  }
  if (length > 0) yield take();
}
