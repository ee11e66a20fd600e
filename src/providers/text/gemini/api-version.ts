/** Thoughts, signatures and built-in tools are not in v1, the SDK's default. */
export const API_VERSION = 'v1beta';
