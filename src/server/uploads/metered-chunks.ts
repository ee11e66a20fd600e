import type { IncomingMessage } from 'node:http';
import { type BodyBounds, bodyChunks } from './body.ts';

/** Counts the bytes of a body, and refuses what is too much. */
export interface ByteMeter {
  /** What the body announces, before any of it is read; 0: it announces nothing. */
  announce(bytes: number): Promise<void>;
  /** What has come of it. */
  note(bytes: number): Promise<void> | undefined;
  end(): void;
}

/** A body that is larger than any may be is refused for that. */
const announce = async (request: IncomingMessage, meter: ByteMeter, most: number): Promise<void> => {
  const announced = Number(request.headers['content-length'] ?? 0);
  // Refused, none of it is read: Node drops it in its parser once the answer is sent, at a fraction of the cost.
  if (announced <= most) await meter.announce(announced);
};

/** As `bodyChunks`, each chunk after its bytes were counted, if they are. Throws what the meter throws. `most`: of any body. */
export async function* meteredChunks(
  request: IncomingMessage,
  findBounds: () => BodyBounds,
  { meter, most }: { readonly meter: ByteMeter | null; readonly most: number },
): AsyncGenerator<Buffer, void, undefined> {
  if (meter !== null) await announce(request, meter, most);
  try {
    for await (const chunk of bodyChunks(request, findBounds)) {
      await meter?.note(chunk.length);
      yield chunk;
    }
  } finally {
    meter?.end();
  }
}
