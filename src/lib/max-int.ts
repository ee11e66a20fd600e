/** The greatest number that GraphQL's Int holds. */
export const MAX_INT = 2_147_483_647;
