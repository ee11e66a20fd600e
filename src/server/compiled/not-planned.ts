/** Thrown where a value is left to plain execution: the next one may be planned for again. */
export const ONLY_THIS_TIME = new Error('The value is an unusual one.');
/** Thrown where no value of the type will ever be read right by a plan. */
export const NEVER = new Error('The selection cannot be planned.');
