/** Where the API is, unless the operator has set another address. */
export const BASE_URL = 'https://api.anthropic.com';
/** The version the SDK's types describe. */
export const API_VERSION = '2026-10-21';
