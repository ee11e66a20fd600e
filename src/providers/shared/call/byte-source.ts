/** The bytes of a body, one piece after the other. */
export interface ByteSource {
  /** The next piece; undefined at the end, and once it was cancelled. Rejects with what the connection fails with. */
  read(): Promise<Uint8Array | undefined>;
  /** Closes the connection, unless the body has been read to its end. Settles a pending read. */
  cancel(reason?: unknown): Promise<void>;
}

/** The bytes of a web stream, which is locked from then on. */
export const toByteSource = (body: ReadableStream<Uint8Array>): ByteSource => {
  const reader = body.getReader();
  return {
    read: async () => (await reader.read()).value,
    cancel: (reason) => reader.cancel(reason),
  };
};
