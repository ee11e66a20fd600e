import { ProviderError } from '../../../../core/errors.ts';
import type { BatchCalls } from './batch-calls.ts';

const MEDIA_TYPE = 'application/jsonl';

/**
 * Uploads a file and gives its name at the vendor, `files/…`; the vendor deletes it after two days. The resumable
 * protocol in two calls: what fails is begun anew, so that it needs no pieces.
 * https://ai.google.dev/gemini-api/docs/files
 */
export const uploadFile = async (
  file: Blob,
  calls: BatchCalls,
  { displayName, signal }: { readonly displayName: string; readonly signal: AbortSignal },
): Promise<string> => {
  const started = await calls.open({
    method: 'POST',
    address: '/upload/v1beta/files',
    headers: {
      'x-goog-upload-protocol': 'resumable',
      'x-goog-upload-command': 'start',
      'x-goog-upload-header-content-length': String(file.size),
      'x-goog-upload-header-content-type': MEDIA_TYPE,
    },
    body: JSON.stringify({ file: { displayName } }),
    signal,
  });
  await started.body?.cancel();
  const { body } = await calls.json({
    method: 'POST',
    address: toUploadAddress(started.headers.get('x-goog-upload-url'), calls),
    headers: {
      'content-type': MEDIA_TYPE,
      'x-goog-upload-offset': '0',
      'x-goog-upload-command': 'upload, finalize',
    },
    body: file,
    signal,
  });
  const { file: uploaded } = (body ?? {}) as { readonly file?: { readonly name?: unknown } | null };
  if (typeof uploaded?.name === 'string') return uploaded.name;
  throw new ProviderError('PROVIDER_FAILED', {
    provider: 'gemini',
    vendorMessage: 'an uploaded file got no name',
  });
};

/** Prompts go to the address the vendor names only over a connection that no one else can read. */
const toUploadAddress = (address: string | null, { baseUrl }: BatchCalls): string => {
  const url = URL.parse(address ?? '');
  if (url !== null && (url.protocol === 'https:' || url.origin === new URL(baseUrl).origin)) return url.href;
  throw new ProviderError('PROVIDER_FAILED', {
    provider: 'gemini',
    vendorMessage: 'an upload got no address to go to',
  });
};
