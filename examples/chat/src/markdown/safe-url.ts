/** A link of a model's text that may be followed: https or mailto, without a user name that reads like a host. */
export const toSafeUrl = (href: string): URL | undefined => {
  const url = URL.parse(href);
  if (url === null || url.username !== '' || url.password !== '') return undefined;
  return url.protocol === 'https:' || url.protocol === 'mailto:' ? url : undefined;
};

/** The host that a text names if it reads like an address; the reader would expect to arrive there. */
const namedHost = (text: string): string | undefined => {
  const [, host] =
    /^\s*(?:https?:\/\/)?(?:www\.)?((?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]{2,})(?:[/:?#]|\s*$)/u.exec(text) ?? [];
  return host?.toLowerCase();
};

/** The host of a link whose text names another one; undefined where they agree. */
export const findOtherHost = (url: URL, text: string): string | undefined => {
  if (url.protocol !== 'https:') return undefined;
  const host = url.hostname.replace(/^www\./, '');
  const named = namedHost(text);
  return named === undefined || named === host ? undefined : host;
};
