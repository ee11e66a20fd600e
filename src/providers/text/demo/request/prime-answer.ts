import type { SubjectAnswer } from './subject-answer.ts';

const QUESTION = /\bis (\d{1,7}) (?:a )?prime\b(?! minister)/i;

const SMALL_PRIMES: readonly number[] = [2, 3, 5, 7];

const isPrime = (value: number): boolean => {
  if (value < 2) return false;
  for (let divisor = 2; divisor * divisor <= value; divisor += 1) if (value % divisor === 0) return false;
  return true;
};

const primesUpTo = (most: number): readonly number[] =>
  Array.from({ length: Math.max(0, most - 1) }, (_, index) => index + 2).filter(isPrime);

const divide = (value: number, prime: number): string =>
  `${value} ÷ ${prime} = ${Math.floor(value / prime)}, remainder ${value % prime}`;

const SOURCE = { url: 'https://en.wikipedia.org/wiki/Trial_division', title: 'Trial division' };

const CODE = `\`\`\`js
const isPrime = (n) => {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return n > 1;
};
\`\`\``;

const tooSmall = (value: number): SubjectAnswer => ({
  opening: `No: ${value} is not a prime number.`,
  body: 'The smallest prime number is 2, which has exactly two divisors: 1 and itself.',
  reasoning: ['A prime number has exactly two divisors.', `${value} has not.`],
  source: SOURCE,
});

const showRoot = (value: number): string => {
  const root = Math.sqrt(value);
  return Number.isInteger(root) ? `√${value} = ${root}` : `√${value} ≈ ${root.toFixed(1)}`;
};

const toVerdict = (value: number, tried: readonly number[], divisor: number | undefined): string => {
  if (divisor !== undefined)
    return `${divisor} leaves no remainder: **${value} = ${divisor} × ${value / divisor}**.`;
  if (tried.length === 0) return 'There is none.';
  return tried.length === 1
    ? 'The only one leaves a remainder:'
    : `Each of these ${tried.length} leaves a remainder; the last of them:`;
};

const toBody = (value: number, tried: readonly number[], divisor: number | undefined): string => {
  const rows = tried
    .slice(-4)
    .map((prime) => `| ${prime} | ${Math.floor(value / prime)} | ${value % prime} |`);
  const table =
    rows.length === 0 ? '' : `\n\n| Divided by | Quotient | Remainder |\n|---|---|---|\n${rows.join('\n')}`;
  const verdict = toVerdict(value, tried, divisor);
  return `A number that is not prime has a divisor among the primes up to its square root, ${showRoot(value)}. ${verdict}${table}\n\nThe same as a program:\n\n${CODE}`;
};

/** Worked out, not looked up: the answer is true for every number of up to seven digits. */
export const findPrimeAnswer = (prompt: string): SubjectAnswer | undefined => {
  const asked = QUESTION.exec(prompt)?.[1];
  if (asked === undefined) return undefined;
  const value = Number(asked);
  if (value < 2) return tooSmall(value);
  const candidates = primesUpTo(Math.floor(Math.sqrt(value)));
  const divisor = candidates.find((prime) => value % prime === 0);
  const tried = divisor === undefined ? candidates : candidates.slice(0, candidates.indexOf(divisor) + 1);
  const first = `To settle whether ${value} is prime, it is enough to try the primes up to ${showRoot(value)}.`;
  const last =
    divisor === undefined
      ? `None of them divides ${value}, so it is prime.`
      : `${divisor} divides ${value}, so it is not prime.`;
  const smallest = tried.filter((prime) => SMALL_PRIMES.includes(prime)).map((prime) => divide(value, prime));
  const others = tried.filter((prime) => !SMALL_PRIMES.includes(prime)).map((prime) => divide(value, prime));
  return {
    opening:
      divisor === undefined ? `Yes: ${value} is a prime number.` : `No: ${value} is not a prime number.`,
    body: toBody(value, tried, divisor),
    reasoning: [first, ...[...smallest, ...others].map((division) => `${division}.`), last],
    source: SOURCE,
  };
};
