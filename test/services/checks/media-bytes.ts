/** The first bytes of each format and a little more: enough to tell what it is, no more than that. */
export const MEDIA_BYTES = {
  'image/png': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  'image/jpeg': Buffer.from('ffd8ffe000104a4649460001', 'hex'),
  'image/gif': Buffer.from('GIF89a\x01\x00\x01\x00', 'latin1'),
  'image/webp': Buffer.from('RIFF\x1a\x00\x00\x00WEBPVP8L', 'latin1'),
  'audio/wav': Buffer.from('RIFF\x24\x00\x00\x00WAVEfmt ', 'latin1'),
  'audio/mpeg': Buffer.from('ID3\x04\x00\x00\x00\x00\x00\x00', 'latin1'),
  'audio/flac': Buffer.from('fLaC\x00\x00\x00\x22', 'latin1'),
  'audio/ogg': Buffer.from('OggS\x00\x02\x00\x00', 'latin1'),
  'audio/mp4': Buffer.from('\x00\x00\x00\x20ftypM4A ', 'latin1'),
  'application/pdf': Buffer.from('%PDF-1.7\nhand-made'),
} as const;

export type MediaType = keyof typeof MEDIA_BYTES;

export const base64Of = (mediaType: MediaType): string => MEDIA_BYTES[mediaType].toString('base64');
