/** Bytes a format begins with, as a pattern over the first twelve read as Latin-1. */
const SIGNATURES: readonly (readonly [RegExp, string])[] = [
  [/^\x89PNG\r\n\cZ\n/, 'image/png'],
  [/^\xff\xd8\xff/, 'image/jpeg'],
  [/^GIF8[79]a/, 'image/gif'],
  [/^RIFF[^]{4}WEBP/, 'image/webp'],
  [/^RIFF[^]{4}WAVE/, 'audio/wav'],
  [/^(ID3|\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff])/, 'audio/mpeg'],
  [/^fLaC/, 'audio/flac'],
  [/^OggS/, 'audio/ogg'],
  [/^[^]{4}ftyp/, 'audio/mp4'],
  [/^%PDF-/, 'application/pdf'],
];

/** As many characters of base64 as hold the first twelve bytes. */
const START_LENGTH = 16;

/** What bytes are, told from how they begin; undefined for none of the formats known here. */
export const findMediaType = (bytes: Uint8Array): string | undefined => {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(12, bytes.byteLength)).toString(
    'latin1',
  );
  return SIGNATURES.find(([signature]) => signature.test(start))?.[1];
};

/** As `findMediaType`, for bytes in base64, of which no more than the start is decoded. */
export const findMediaTypeOfBase64 = (data: string): string | undefined =>
  findMediaType(Buffer.from(data.slice(0, START_LENGTH), 'base64'));
