export interface ExtractedFiles {
  /** The value with null in the place of each file. */
  readonly value: unknown;
  /** Each file with the paths where it was, such as `variables.input.messages.0.user.1.image.source.upload`. */
  readonly files: ReadonlyMap<Blob, readonly string[]>;
}

const isPlain = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Takes files out of a value, which stays as it is; a part without files keeps its identity. */
export const extractFiles = (root: unknown, rootPath: string): ExtractedFiles => {
  const files = new Map<Blob, string[]>();
  const extract = (value: unknown, path: string): unknown => {
    if (typeof Blob !== 'undefined' && value instanceof Blob) {
      files.set(value, [...(files.get(value) ?? []), path]);
      return null;
    }
    if (Array.isArray(value)) {
      const items = value.map((item, index) => extract(item, `${path}.${index}`));
      return items.every((item, index) => item === value[index]) ? (value as unknown) : items;
    }
    if (!isPlain(value)) return value;
    const entries = Object.entries(value).map(
      ([key, item]) => [key, extract(item, `${path}.${key}`)] as const,
    );
    return entries.every(([key, item]) => item === value[key]) ? value : Object.fromEntries(entries);
  };
  return { value: extract(root, rootPath), files };
};

export const hasFiles = (value: unknown): boolean => extractFiles(value, '').files.size > 0;
