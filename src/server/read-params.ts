import type { IncomingMessage } from 'node:http';
import type { OperationParams } from './context.ts';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** Whether a request carries uploads: a GraphQL multipart request. */
export const isMultipart = ({ headers }: IncomingMessage): boolean =>
  /^multipart\/form-data\b/i.test(headers['content-type'] ?? '');

/** Puts a value where a path such as `variables.input.0.file` leads; false when it leads nowhere. */
const putAt = (root: Record<string, unknown>, path: string, value: unknown): boolean => {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at: unknown = root;
  for (const key of keys) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return false;
    at = (at as Record<string, unknown>)[key];
  }
  if (typeof at !== 'object' || at === null || !Object.hasOwn(at, last)) return false;
  (at as Record<string, unknown>)[last] = value;
  return true;
};

/** `operations` with each file of `map` in its place, by the GraphQL multipart request specification. */
const readMultipart = async (
  request: IncomingMessage,
  body: Buffer,
): Promise<OperationParams | undefined> => {
  const contentType = request.headers['content-type'] ?? '';
  // The bytes are this request's own and nobody changes them.
  const response = new Response(body as Uint8Array<ArrayBuffer>, {
    headers: { 'content-type': contentType },
  });
  const form = await response.formData().catch(() => undefined);
  const readField = (name: string): unknown => {
    const value = form?.get(name);
    return typeof value === 'string' ? parseJson(value) : undefined;
  };
  const operations = readField('operations');
  const map = readField('map');
  if (form === undefined || !isRecord(operations) || !isRecord(map)) return undefined;
  for (const [name, paths] of Object.entries(map)) {
    const file = form.get(name);
    if (!(file instanceof File) || !Array.isArray(paths)) return undefined;
    if (!paths.every((path) => typeof path === 'string' && putAt(operations, path, file))) return undefined;
  }
  return operations;
};

/** Whether what an address gives as JSON is a JSON object, where it gives it. */
export const hasReadableAddress = ({ searchParams }: URL): boolean =>
  ['variables', 'extensions'].every((name) => {
    const value = searchParams.get(name);
    return value === null || isRecord(parseJson(value));
  });

/** The parameters of a GraphQL request, from its body or its address; undefined when they cannot be read. */
export const readParams = async (
  request: IncomingMessage,
  url: URL,
  body: Buffer,
): Promise<OperationParams | undefined> => {
  if (isMultipart(request)) return readMultipart(request, body);
  if (request.method === 'POST') {
    const json = parseJson(body.toString('utf8'));
    return isRecord(json) ? json : undefined;
  }
  const fromText = (name: string): unknown => {
    const value = url.searchParams.get(name);
    return value === null ? undefined : parseJson(value);
  };
  return {
    query: url.searchParams.get('query') ?? undefined,
    operationName: url.searchParams.get('operationName') ?? undefined,
    variables: fromText('variables'),
    extensions: fromText('extensions'),
  };
};
