/**
 * The JSON body that a call sends, which goes nowhere: it is answered with HTTP 400 here. For a process of its own: until
 * the call is over, this process's `fetch` is a capturing one. Throws when the call sends nothing.
 */
export const captureBody = async (call: () => Promise<unknown>): Promise<object> => {
  const { fetch } = globalThis;
  let body: string | undefined;
  globalThis.fetch = async (input, init) => {
    body = await new Request(input, init).text();
    return Response.json({ error: { message: 'captured' } }, { status: 400 });
  };
  try {
    await call().catch((error: unknown) => {
      if (body === undefined) throw error;
    });
  } finally {
    globalThis.fetch = fetch;
  }
  if (body === undefined) throw new Error('the call sent nothing');
  return JSON.parse(body) as object;
};
