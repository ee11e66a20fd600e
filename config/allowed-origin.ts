import { z } from 'zod';

/** Schemes whose pages have an origin that is the address, and those whose pages have none. */
const WEB_SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:']);
const SCHEMES_WITHOUT_ORIGIN: ReadonlySet<string> = new Set([
  'file:',
  'data:',
  'blob:',
  'about:',
  'javascript:',
  'ws:',
  'wss:',
  'ftp:',
]);

/** A page of a browser, or one of an extension or an app: `chrome-extension://…`, `tauri://localhost`. */
const isOrigin = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, origin, host } = new URL(text);
  if (WEB_SCHEMES.has(protocol)) return origin === text;
  return !SCHEMES_WITHOUT_ORIGIN.has(protocol) && host !== '' && text === `${protocol}//${host}`;
};

const NO_ORIGIN = 'must be an origin such as https://app.example.com';
const BAD_PATTERN = 'may have * only in place of the first labels of a name, as in https://*.example.com';
const EVERY_PAGE =
  'would let the pages of strangers call this server: give origins, or the names below one of yours as https://*.example.com';

const findOriginProblem = (text: string): string | undefined => {
  if (!text.includes('*')) return isOrigin(text) ? undefined : NO_ORIGIN;
  const [, scheme = '', rest] = /^([a-z][a-z\d+.-]*):\/\/\*(.*)$/.exec(text) ?? [];
  // Names of one label, such as com, are not one owner's.
  if (text === '*' || (rest !== undefined && /^(\.(?!localhost\b)[^.:/]*\.?)?(:[\d*]*)?\/?$/.test(rest)))
    return EVERY_PAGE;
  if (rest === undefined || rest.includes('*') || !rest.startsWith('.')) return BAD_PATTERN;
  if (!WEB_SCHEMES.has(`${scheme}:`) || !isOrigin(`${scheme}://a${rest}`) || /\.(:\d+)?$/.test(rest))
    return BAD_PATTERN;
  return undefined;
};

/** An entry of `MODELGRAPH_ALLOWED_ORIGINS`. */
export const allowedOrigin = z.string().superRefine((text, context) => {
  const message = findOriginProblem(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});
