/** A position in a generation's log as one opaque token, which tells the generations apart. */
export const toCursor = (generationId: string, sequence: number): string =>
  Buffer.from(`${generationId}:${sequence}`).toString('base64url');
