import { useCallback, useState } from 'react';
import { formatBytes } from '../lib/format.ts';

/** The server's own limit of an upload may be lower, which it says itself. */
const MAX_BYTES = 20_000_000;
const MAX_FILES = 8;

export interface Attachments {
  readonly files: readonly File[];
  /** Why a file was not taken. */
  readonly problem: string | undefined;
  readonly add: (files: Iterable<File>) => void;
  readonly remove: (file: File) => void;
  readonly clear: () => void;
}

const findProblem = (file: File, count: number): string | undefined => {
  if (count >= MAX_FILES) return `${file.name} was not attached: ${MAX_FILES} files are the most.`;
  if (file.size === 0) return `${file.name} is empty.`;
  if (file.size > MAX_BYTES)
    return `${file.name} has ${formatBytes(file.size)}; ${formatBytes(MAX_BYTES)} are the most.`;
  return /^(?:image|audio)\/|^application\/pdf$|^text\//.test(file.type)
    ? undefined
    : `${file.name} is neither an image, a sound, a PDF nor a text.`;
};

export const useAttachments = (): Attachments => {
  const [files, setFiles] = useState<readonly File[]>([]);
  const [problem, setProblem] = useState<string>();
  const add = useCallback(
    (given: Iterable<File>) => {
      const taken = [...files];
      let found: string | undefined;
      for (const file of given) {
        const refused = findProblem(file, taken.length);
        if (refused === undefined) taken.push(file);
        found ??= refused;
      }
      setFiles(taken);
      setProblem(found);
    },
    [files],
  );
  const remove = useCallback((file: File) => {
    setFiles((before) => before.filter((other) => other !== file));
    setProblem(undefined);
  }, []);
  const clear = useCallback(() => {
    setFiles([]);
    setProblem(undefined);
  }, []);
  return { files, problem, add, remove, clear };
};
