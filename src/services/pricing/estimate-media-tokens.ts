import type { ImageTokens, InputEstimate } from '../../core/input-estimate.ts';
import type { MediaPart } from '../../core/message.ts';
import { isTextDocument } from '../../lib/document-type.ts';
import { readAudioSeconds } from '../../lib/read-audio-seconds.ts';
import { type ImageSize, readImageSize } from '../../lib/read-image-size.ts';
import { CHARACTERS_PER_TOKEN } from './estimate-usage.ts';

/** Of what is given by its address or a vendor's id, nothing is known: as large as such things usually are. */
const USUAL_IMAGE: ImageSize = { width: 1_024, height: 1_024 };
const USUAL_AUDIO_SECONDS = 60;
const USUAL_PAGES = 5;
const USUAL_BYTES_PER_PAGE = 50_000;

/** How much of the beginning, and of a document's end, is decoded, in characters of base64: a multiple of four. */
const HEAD_LENGTH = 256 * 1024;

const headOf = (data: string): Buffer => Buffer.from(data.slice(0, HEAD_LENGTH), 'base64');

const tailOf = (data: string): Buffer =>
  Buffer.from(data.slice(Math.max(HEAD_LENGTH, data.length - HEAD_LENGTH) & ~3), 'base64');

/** Scaled down, never up, so that a measure of it is at most `most`. */
const fit = ({ width, height }: ImageSize, measure: number, most: number): ImageSize => {
  const scale = Math.min(1, most / measure);
  return { width: width * scale, height: height * scale };
};

/** How many squares with these sides cover an image. */
const squaresOf = ({ width, height }: ImageSize, side: number): number =>
  Math.ceil(width / side) * Math.ceil(height / side);

const imageTokens = (rule: ImageTokens, size: ImageSize, isLow: boolean): number => {
  switch (rule.type) {
    case 'tiles': {
      if (isLow) return rule.base;
      const inSquare = fit(size, Math.max(size.width, size.height), 2_048);
      const fitted = fit(inSquare, Math.min(inSquare.width, inSquare.height), 768);
      return rule.base + rule.perTile * squaresOf(fitted, 512);
    }
    case 'patches':
      return (
        rule.factor *
        Math.min(rule.most, squaresOf(isLow ? fit(size, Math.max(size.width, size.height), 512) : size, 32))
      );
    case 'area':
      return Math.min(rule.most, (size.width * size.height) / rule.pixelsPerToken);
    case 'crops': {
      if (Math.max(size.width, size.height) <= 384) return rule.perCrop;
      const side = Math.min(768, Math.max(256, Math.floor(Math.min(size.width, size.height) / 1.5)));
      return rule.perCrop * squaresOf(size, side);
    }
    case 'fixed':
      return isLow ? rule.low : rule.tokens;
  }
};

/**
 * Pages of a PDF, by the count in its page tree or by its pages themselves, which stand in the open unless they are packed
 * with others; else by its size. Only the beginning and the end of a long one are looked through.
 */
const countPages = (data: string): number => {
  const text = `${headOf(data).toString('latin1')}\n${tailOf(data).toString('latin1')}`;
  let most = 0;
  for (const [, count] of text.matchAll(/\/Count (\d{1,6})/g)) most = Math.max(most, Number(count));
  if (most > 0) return most;
  const pages = text.match(/\/Type ?\/Page(?!s)/g)?.length ?? 0;
  return Math.max(1, pages, Math.round((data.length * 0.75) / USUAL_BYTES_PER_PAGE));
};

/** About how many tokens an image, a sound or a document counts, by its own header where its bytes are at hand. Pure. */
export const estimateMediaTokens = (part: MediaPart, estimate: InputEstimate): number => {
  const data = part.source.type === 'base64' ? part.source.data : null;
  switch (part.type) {
    case 'image': {
      const size = (data === null ? undefined : readImageSize(headOf(data))) ?? USUAL_IMAGE;
      return imageTokens(estimate.image, size, part.detail === 'low');
    }
    case 'audio': {
      const seconds =
        data === null ? USUAL_AUDIO_SECONDS : readAudioSeconds(headOf(data), Math.floor(data.length * 0.75));
      return estimate.perAudioSecond * seconds;
    }
    case 'file':
      if (data !== null && isTextDocument(part.mediaType)) return (data.length * 0.75) / CHARACTERS_PER_TOKEN;
      return estimate.perPage * (data === null ? USUAL_PAGES : countPages(data));
  }
};
