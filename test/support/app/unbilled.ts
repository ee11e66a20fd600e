/** What settles a batch that no budget is for. */
export const UNBILLED = {
  billing: { keyId: null, userId: null, tag: null, bound: null },
  budgets: [],
};
