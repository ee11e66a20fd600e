import type { ImageTokens, InputEstimate } from '../../core/input-estimate.ts';
import type { MediaPart } from '../../core/message.ts';
import { isTextDocument } from '../../lib/document-type.ts';
import { estimateMediaTokens } from './estimate-media-tokens.ts';

/** How far above its estimate by the documented rule an image whose size is known may count. */
const IMAGE_FACTOR = 2;
const PER_IMAGE = 1_000;

/** Of an image whose size is not known, at its largest. */
const mostImageTokens = (rule: ImageTokens): number => {
  switch (rule.type) {
    case 'tiles':
      return rule.base + 8 * rule.perTile;
    case 'patches':
      return rule.most * rule.factor;
    case 'area':
      return rule.most;
    case 'crops':
      return 64 * rule.perCrop;
    case 'fixed':
      return rule.tokens;
  }
};

/** No codec in use has fewer bytes a second; more tokens a second are documented by no vendor. */
const LEAST_AUDIO_BYTES_PER_SECOND = 500;
const MOST_TOKENS_PER_AUDIO_SECOND = 50;

/** What a vendor adds to a document that is text: its name, where it begins and how to cite it. */
const PER_DOCUMENT = 1_000;

/**
 * At most how many tokens an image, a sound or a document counts; infinite where only the model's window limits it: what is
 * given by address or by a vendor's id, and documents that are packed, of which a few bytes may be many pages.
 */
export const boundMediaTokens = (part: MediaPart, estimate: InputEstimate): number => {
  if (part.source.type !== 'base64')
    return part.type === 'image'
      ? PER_IMAGE + IMAGE_FACTOR * mostImageTokens(estimate.image)
      : Number.POSITIVE_INFINITY;
  const bytes = Math.ceil(part.source.data.length * 0.75);
  switch (part.type) {
    case 'image':
      // Vendors are free to read a low detail as a high one.
      return PER_IMAGE + IMAGE_FACTOR * estimateMediaTokens({ ...part, detail: 'high' }, estimate);
    case 'audio':
      return Math.ceil(bytes / LEAST_AUDIO_BYTES_PER_SECOND) * MOST_TOKENS_PER_AUDIO_SECOND;
    case 'file':
      return isTextDocument(part.mediaType) ? PER_DOCUMENT + bytes : Number.POSITIVE_INFINITY;
  }
};
