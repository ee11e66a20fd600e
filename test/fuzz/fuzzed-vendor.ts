import { setTimeout as wait } from 'node:timers/promises';
import {
  sendJson,
  startUpstream,
  type UpstreamRequest,
  type UpstreamServer,
} from '../support/upstream/upstream-server.ts';
import { createVendorCase, findCaseKey, type VendorInputs } from './vendor-case.ts';
import type { VendorAnswer } from './vendor-draft.ts';

/** Pauses between so many writes, so that a cut arrives as a cut. */
const WRITES_PER_TURN = 8;
const MOST_WRITES = 4_000;

const write = async ({ response }: UpstreamRequest, { bytes, pieces }: VendorAnswer): Promise<void> => {
  const least = Math.ceil(bytes.length / MOST_WRITES);
  for (let at = 0, count = 0; at < bytes.length && !response.destroyed; count += 1) {
    const size = Math.max(least, pieces.length === 0 ? bytes.length : (pieces[count % pieces.length] ?? 1));
    response.write(bytes.subarray(at, at + size));
    at += size;
    if (count % WRITES_PER_TURN === WRITES_PER_TURN - 1) await wait(0);
  }
};

const give = async (request: UpstreamRequest, answer: VendorAnswer): Promise<void> => {
  const { response } = request;
  response.writeHead(answer.status, { ...answer.headers });
  response.flushHeaders();
  await write(request, answer);
  if (answer.ending === 'end') response.end();
  else if (answer.ending === 'reset') {
    // What was written has to be on its way.
    await wait(2);
    response.destroy();
  }
};

/** Every vendor on one address: gives each request the answer of the case that its prompt names. */
export const startFuzzedVendor = (inputs: VendorInputs): Promise<UpstreamServer> =>
  startUpstream((request) => {
    const key = findCaseKey(request.body);
    if (key === undefined)
      return sendJson(
        request,
        { error: { message: 'no such path', type: 'not_found_error' } },
        { status: 404 },
      );
    return give(request, createVendorCase(inputs, key).answer);
  });
