/** Where the API is, unless the operator has set another address. */
export const BASE_URL = 'https://generativelanguage.googleapis.com';
