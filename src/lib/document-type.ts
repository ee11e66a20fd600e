const OFFICE = 'application/vnd.openxmlformats-officedocument';

/** Documents besides PDF, by their media type, each with the endings of its files. The first ending names a nameless one. */
export const DOCUMENT_ENDINGS = {
  'text/plain': ['txt', 'log', 'text'],
  'text/markdown': ['md', 'markdown'],
  'text/csv': ['csv'],
  'text/tab-separated-values': ['tsv'],
  'text/html': ['html', 'htm'],
  'text/xml': ['xml'],
  'application/json': ['json'],
  'application/rtf': ['rtf'],
  [`${OFFICE}.wordprocessingml.document`]: ['docx'],
  [`${OFFICE}.presentationml.presentation`]: ['pptx'],
  [`${OFFICE}.spreadsheetml.sheet`]: ['xlsx'],
} as const satisfies Readonly<Record<string, readonly [string, ...string[]]>>;

/** How the name of such a document ends; undefined for other media types. */
export const findEnding = (mediaType: string): string | undefined =>
  Object.entries(DOCUMENT_ENDINGS).find(([known]) => known === mediaType)?.[1][0];

/** The part of a package that tells which of the office formats it is. */
const PACKAGE_PARTS: readonly (readonly [string, string])[] = [
  ['word/document.xml', `${OFFICE}.wordprocessingml.document`],
  ['ppt/presentation.xml', `${OFFICE}.presentationml.presentation`],
  ['xl/workbook.xml', `${OFFICE}.spreadsheetml.sheet`],
];

const startsWith = (bytes: Buffer, text: string): boolean =>
  bytes.subarray(0, text.length).toString('latin1') === text;

/** Whether a document is text, so that nothing in its bytes tells of which format. */
export const isTextDocument = (mediaType: string | null): boolean =>
  mediaType !== null && (mediaType.startsWith('text/') || mediaType === 'application/json');

const isText = (bytes: Buffer): boolean => {
  if (bytes.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

/**
 * What a document other than a PDF is: read from its bytes, and where they are text, by what it is said to be. Undefined for
 * none of the formats above.
 */
export const findDocumentType = (data: Uint8Array, declared: string | null): string | undefined => {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  // A package names its parts at its end, in the open.
  if (startsWith(bytes, 'PK\x03\x04')) return PACKAGE_PARTS.find(([part]) => bytes.includes(part))?.[1];
  if (startsWith(bytes, '{\\rtf')) return 'application/rtf';
  if (!isText(bytes)) return undefined;
  return declared !== null && isTextDocument(declared) ? declared : 'text/plain';
};

/** The media type of a document by the ending of its name; undefined for an unknown one, and for PDF. */
export const findDocumentTypeOfName = (name: string): string | undefined => {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase();
  return Object.entries(DOCUMENT_ENDINGS).find(([, endings]) =>
    endings.some((known) => known === ending),
  )?.[0];
};
