/** The longest name of a tool or a model. Vendors allow 64 to 128. */
export const MAX_NAME_LENGTH = 256;

/** The longest id: some gateways write what a model has to be sent again into it. */
export const MAX_ID_LENGTH = 4_096;

// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Whether a vendor's name can be shown, stored and sent back: no control characters, no half of a surrogate pair. */
export const isName = (value: unknown, maxLength = MAX_NAME_LENGTH): value is string =>
  typeof value === 'string' && value.length <= maxLength && value.isWellFormed() && !CONTROL.test(value);
