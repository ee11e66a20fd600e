/**
 * What is being done for a batch at one moment, in the order in which it comes:
 * - `taking in`: its requests are being checked and stored
 * - `uploading`: the vendor has the head of the request that carries them, and reads on
 * - `uploaded`: the vendor has answered that it has the file; where the upload creates the batch, this never comes
 * - `creating`: the vendor has all that makes the batch, and has not answered
 * - `created`: it has just answered
 * - `searching`: it is asked for its list, since an earlier submission was cut off
 * - `polling`: it is asked how the batch stands
 * - `streaming`: most of the results have been sent, and not all
 * - `streamed`: all have been sent, and the batch has not ended yet on our side
 */
export const MOMENTS = [
  'taking in',
  'uploading',
  'uploaded',
  'creating',
  'created',
  'searching',
  'polling',
  'streaming',
  'streamed',
] as const;

export type Moment = (typeof MOMENTS)[number];

/** The moments a vendor can tell; `file kept`: it has the file, and has not answered. */
export type VendorMoment = Exclude<Moment, 'taking in' | 'uploading'> | 'file kept';

/** Each with a vendor of its own shape: the one stores our key with a batch, the other stores nothing of ours. */
export const VENDORS = ['openai', 'anthropic'] as const;

export type VendorName = (typeof VENDORS)[number];

export interface Occasion {
  readonly moment: Moment;
  readonly vendor: VendorName;
  /** The life of a node that is at work, by its name. */
  readonly life: string;
  /** The first request of the part of a batch that it is about, where that is known. */
  readonly part: string | null;
}

/** Called as a moment comes. What has come waits for it to settle; true: whoever was at work is dead now. */
export type NoteOccasion = (occasion: Occasion) => Promise<boolean>;

/** Where nobody kills. */
export const ignoreOccasion: NoteOccasion = async () => false;
