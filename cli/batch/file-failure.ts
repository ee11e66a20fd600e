const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'this user may not',
  ENOSPC: 'the disk is full',
};

/** Whether it is what the system says of a file, and not a failure of ours or of the network's, which has its words. */
export const isFileFailure = (error: unknown): boolean => error instanceof Error && 'syscall' in error;

/** What the system says of a file, in words. */
export const fileFailure = (path: string, verb: 'read' | 'written', error: unknown): Error => {
  const { code = '', message = String(error) } = error as {
    readonly code?: string;
    readonly message?: string;
  };
  return new Error(`${path} cannot be ${verb}: ${REASONS[code] ?? message}.`, { cause: error });
};
