import { isRecord } from '../../../lib/is-record.ts';
import { parseJson } from '../../../lib/parse-json.ts';
import { EventStreamDecoder } from './event-stream-decoder.ts';

/** The JSON of a refusal's body, which may be the only event of a stream; undefined when there is none in it. */
export const toRefusalText = (body: string): string | undefined => {
  const text = body.trim().replace(/^\ufeff/, '');
  if (isObject(text)) return withOwnMessage(text);
  const decoder = new EventStreamDecoder();
  const events = [...decoder.push(Buffer.from(text)), ...decoder.end()];
  return events.find(({ data }) => isObject(data))?.data;
};

/** SDKs keep no more than the field `error`, which may be the name of the status, with the message beside it. */
const withOwnMessage = (text: string): string => {
  const value = parseJson(text);
  if (!isRecord(value) || typeof value['error'] !== 'string') return text;
  const message = value['message'] ?? value['error_description'];
  return typeof message === 'string' ? JSON.stringify({ error: { ...value, message } }) : text;
};

const isObject = (text: string): boolean => {
  const value = parseJson(text);
  return isRecord(value) || Array.isArray(value);
};
