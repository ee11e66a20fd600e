import type { MediaPart } from '../../core/message.ts';
import { type MediaSupport, mediaTypesOf, type ModelConfig } from '../../core/model-config.ts';
import { findDocumentTypeOfName } from '../../lib/document-type.ts';
import type { Findings } from './findings.ts';
import { checkMediaBase64, formatsFor, normaliseMediaType } from './media-bytes.ts';

interface Subject {
  /** Where the part stands in the input. */
  readonly path: readonly string[];
  readonly config: ModelConfig;
  readonly findings: Findings;
}

const DROPPED = { code: 'PARAMETER_DROPPED', to: null } as const;

/** In UTF-16 code units: signed addresses have some thousands, and reading one takes time for each. */
const MAX_URL_LENGTH = 8_192;

const isData = (text: string): boolean => text.slice(0, 5).toLowerCase() === 'data:';

const findUrlProblem = (url: string): string | undefined => {
  if (url.length > MAX_URL_LENGTH)
    return isData(url)
      ? 'Media is taken from https addresses only, not data.'
      : `An address has at most ${MAX_URL_LENGTH} characters, not ${url.length}.`;
  if (!URL.canParse(url)) return 'This is no address.';
  const { protocol, username, password } = new URL(url);
  if (protocol !== 'https:')
    return `Media is taken from https addresses only, not ${protocol.replace(':', '')}.`;
  return username === '' && password === '' ? undefined : 'The address must not carry credentials.';
};

const refuseKind = ({ type }: MediaPart, { path, config, findings }: Subject): null => {
  const kind = type.toUpperCase();
  findings.unsupported(
    {
      path,
      from: kind,
      message: `The model "${config.name}" does not read ${type} input.`,
      allowed: config.inputModalities.map((modality) => modality.toUpperCase()),
      suggestion: `Choose a model that does: models(where: { inputModalities: [${kind}] }).`,
    },
    DROPPED,
  );
  return null;
};

/** Reports what the API of a model that reads the kind has no place for. */
const refuseForm = (
  field: readonly string[],
  from: string,
  what: string,
  allowed: readonly string[],
  { path, config, findings }: Subject,
): null => {
  findings.unsupported(
    {
      path: [...path, ...field],
      from,
      message: `The API of the model "${config.name}" does not take ${what}.`,
      allowed,
      suggestion: `Give ${allowed.join(' or ')}.`,
    },
    DROPPED,
  );
  return null;
};

const isDataUrl = (source: MediaPart['source']): boolean =>
  source.type !== 'provider-file' && isData(source.type === 'url' ? source.url : source.data);

/** What clients have at hand that were written for an API of data URLs. */
const PLAIN_BYTES =
  'Give what follows "base64," in the data URL as source: { base64: … }; the type is detected.';

/**
 * What it is said to be. The name of a document tells where its type says nothing that is known: of a CSV file, for one, a
 * browser says what program the machine opens it with.
 */
const declaredTypeOf = (part: MediaPart): string | null => {
  const { mediaType } = part;
  if (part.type !== 'file' || part.filename === null) return mediaType;
  const isKnown = mediaType !== null && mediaTypesOf('file').includes(normaliseMediaType(mediaType));
  return isKnown ? mediaType : (findDocumentTypeOfName(part.filename) ?? mediaType);
};

/** The part with a source that is sound in itself and its media type, or null; why is in the findings. */
const checkSource = (part: MediaPart, { path, config, findings }: Subject): MediaPart | null => {
  const { source, type } = part;
  const known = formatsFor(part, config);
  const refuse = (field: readonly string[], message: string, allowed: readonly string[] = []): null => {
    findings.reject('INVALID_REQUEST', [...path, ...field], message, {
      ...(allowed.length > 0 && { allowed }),
      ...(isDataUrl(source) && { suggestion: PLAIN_BYTES }),
    });
    return null;
  };
  switch (source.type) {
    case 'provider-file':
      return part;
    case 'url': {
      const problem = findUrlProblem(source.url);
      if (problem !== undefined) return refuse(['source', 'url'], problem);
      if (part.mediaType === null) return part;
      const mediaType = normaliseMediaType(part.mediaType);
      if (!known.includes(mediaType))
        return refuse(['mediaType'], `${part.mediaType} is no ${type} that is taken.`, known);
      return { ...part, mediaType };
    }
    case 'base64': {
      const checked = checkMediaBase64(type, source.data, declaredTypeOf(part), known);
      if (checked === undefined) return refuse(['source', 'base64'], 'This is not base64.');
      if ('problem' in checked) return refuse(['source'], checked.problem, checked.allowed);
      return { ...part, mediaType: checked.mediaType };
    }
  }
};

/** The part with an image's detail, or a document's name, only where the API has a place for it. */
const withoutWishes = (part: MediaPart, support: MediaSupport, subject: Subject): MediaPart => {
  const { path, config, findings } = subject;
  if (part.type === 'image' && (part.detail === 'low' || part.detail === 'high') && !support.image?.detail) {
    refuseForm(['detail'], part.detail.toUpperCase(), 'a detail for single images', ['AUTO'], subject);
    return { ...part, detail: null };
  }
  if (part.type === 'file' && part.filename !== null && !support.file?.filename) {
    // A name changes no answer: the request goes ahead without it.
    const message = `The API of the model "${config.name}" has no place for the name of a document.`;
    const change = { path: [...path, 'filename'], from: part.filename, to: null };
    findings.warn('PARAMETER_DROPPED', message, change);
    return { ...part, filename: null };
  }
  return part;
};

/** The part with its media type, as the model's API takes it, or null when it cannot be sent; why is in the findings. */
export const checkMediaPart = (
  part: MediaPart,
  path: readonly string[],
  config: ModelConfig,
  findings: Findings,
): MediaPart | null => {
  const subject = { path, config, findings };
  const support = config.media[part.type];
  if (!config.inputModalities.includes(part.type) || support === null) return refuseKind(part, subject);
  const checked = checkSource(part, subject);
  if (checked === null) return null;
  const { source, mediaType, type } = checked;
  if (source.type === 'provider-file') {
    // What the file is was judged by the vendor that has it.
    if (support.fileIds) return withoutWishes(checked, config.media, subject);
    const field = ['source', 'providerFileId'];
    const allowed = ['url', 'base64', 'upload'];
    return refuseForm(field, source.fileId, `${type} input by file id`, allowed, subject);
  }
  if (mediaType !== null && !support.mediaTypes.includes(mediaType))
    return refuseForm(['mediaType'], mediaType, mediaType, support.mediaTypes, subject);
  return withoutWishes(checked, config.media, subject);
};
