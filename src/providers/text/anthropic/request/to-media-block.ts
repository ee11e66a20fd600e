import type Anthropic from '@anthropic-ai/sdk';
import type { FilePart, ImagePart } from '../../../../core/message.ts';
import { findMediaTypeOfBase64 } from '../../../../lib/media-type.ts';

type ImageType = Anthropic.Base64ImageSource['media_type'];

/** The type of bytes that was not declared is read from the first ones. */
export const toImageBlock = ({ source, mediaType }: ImagePart): Anthropic.ImageBlockParam => {
  switch (source.type) {
    case 'url':
      return { type: 'image', source: { type: 'url', url: source.url } };
    case 'provider-file':
      return { type: 'image', source: { type: 'file', file_id: source.fileId } };
    case 'base64': {
      const known = mediaType ?? findMediaTypeOfBase64(source.data) ?? 'image/png';
      // A type the API does not take is sent all the same: it says so better than we could.
      const media_type = known as ImageType;
      return { type: 'image', source: { type: 'base64', media_type, data: source.data } };
    }
  }
};

/** The API takes PDF as bytes and any kind of text as text. */
export const toDocumentBlock = ({ source, mediaType, filename }: FilePart): Anthropic.DocumentBlockParam => ({
  type: 'document',
  source: toDocumentSource(source, mediaType),
  ...(filename !== null && { title: filename }),
});

const toDocumentSource = (
  source: FilePart['source'],
  mediaType: string | null,
): Anthropic.DocumentBlockParam['source'] => {
  switch (source.type) {
    case 'url':
      return { type: 'url', url: source.url };
    case 'provider-file':
      return { type: 'file', file_id: source.fileId };
    case 'base64':
      return mediaType?.startsWith('text/')
        ? {
            type: 'text',
            media_type: 'text/plain',
            data: Buffer.from(source.data, 'base64').toString('utf8'),
          }
        : {
            type: 'base64',
            media_type: (mediaType as 'application/pdf' | null) ?? 'application/pdf',
            data: source.data,
          };
  }
};
