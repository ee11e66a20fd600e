const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  EACCES: 'permission denied',
  ENOSPC: 'the disk is full',
};

/** Whether an error comes from the file system, rather than from this program or the network, whose messages stand alone. */
export const isFileFailure = (error: unknown): boolean => error instanceof Error && 'syscall' in error;

/** An error of the file system as a sentence. */
export const fileFailure = (path: string, verb: 'read' | 'written', error: unknown): Error => {
  const { code = '', message = String(error) } = error as {
    readonly code?: string;
    readonly message?: string;
  };
  return new Error(`${path} cannot be ${verb}: ${REASONS[code] ?? message}.`, { cause: error });
};
