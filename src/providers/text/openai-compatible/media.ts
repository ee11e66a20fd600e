/** First characters of the base64 form of each format's signature. */
const IMAGE_SIGNATURES: readonly (readonly [string, string])[] = [
  ['iVBORw', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
];

/** A data URL of an image; its type, when nobody named it, is read from its first bytes. */
export const toImageDataUrl = (data: string, mediaType: string | null): string => {
  const known = IMAGE_SIGNATURES.find(([signature]) => data.startsWith(signature))?.[1];
  return toDataUrl(data, mediaType ?? known ?? 'image/png');
};

export const toDataUrl = (data: string, mediaType: string): string => `data:${mediaType};base64,${data}`;

/** The name a file sent as bytes has to have. */
export const toFilename = (filename: string | null, mediaType: string): string =>
  filename ?? `file.${/\/([a-z0-9]+)/i.exec(mediaType)?.[1] ?? 'bin'}`;
