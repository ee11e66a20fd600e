/** Any JSON value. Used only where the shape belongs to the caller (tool arguments, metadata). */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };
