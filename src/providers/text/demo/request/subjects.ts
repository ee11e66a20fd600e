import { findPrimeAnswer } from './prime-answer.ts';
import type { SubjectAnswer } from './subject-answer.ts';

const SKY: SubjectAnswer = {
  opening: 'The sky is blue because air scatters blue light far more than red.',
  body: `Sunlight holds every colour. On its way through the air it meets molecules much smaller than its wavelength, and these scatter light in proportion to 1/λ⁴ (Rayleigh scattering):

| Colour | Wavelength | Scattered, compared with red |
|---|---|---|
| Red | 700 nm | 1 × |
| Green | 530 nm | 3 × |
| Blue | 450 nm | 6 × |

- **By day** the scattered blue reaches you from every direction.
- **At sunset** light crosses some forty times as much air. Its blue is lost on the way; red and orange are left.
- **Violet** is scattered more still, but sunlight holds less of it and the eye sees it less well.`,
  reasoning: [
    'The question is about scattering, not about a colour that air has by itself.',
    'Molecules of air are much smaller than the wavelength of light, so Rayleigh scattering applies.',
    'It grows with the fourth power of the frequency: 700 nm against 450 nm gives (700/450)⁴, about 6.',
    'So blue reaches the eye from all over the sky, and red mostly from where the sun is.',
    'A check: sunsets have to be red then, since the blue of a long path is scattered away. They are.',
    'Violet would be scattered more still, so why is the sky not violet? There is less of it, and the eye is less sensitive to it.',
    'A small table of three colours says this faster than a formula.',
    'The answer starts with the reason and ends with the objection about violet.',
  ],
  source: { url: 'https://en.wikipedia.org/wiki/Rayleigh_scattering', title: 'Rayleigh scattering' },
};

const SEA: SubjectAnswer = {
  opening:
    'The sea is salt because rivers carry dissolved minerals into it, and only the water leaves again.',
  body: `Rain is slightly acid and dissolves rock; vents in the sea floor add more. Water evaporates, the ions stay, and over hundreds of millions of years they have come to about 35 g in each kilogram:

| Ion | Share of the salt |
|---|---|
| Chloride | 55.0 % |
| Sodium | 30.6 % |
| Sulfate | 7.7 % |
| Magnesium | 3.7 % |
| Calcium, potassium and the rest | 3.0 % |

Lakes without an outlet, such as the Dead Sea, grow salt in the same way.`,
  reasoning: [
    'The question is where the salt comes from and why it stays.',
    'Rivers taste fresh, yet they carry ions from weathered rock.',
    'Evaporation takes the water and leaves the ions.',
    'So the salt adds up until minerals take out as much as arrives: about 35 g per kg today.',
  ],
  source: { url: 'https://en.wikipedia.org/wiki/Seawater', title: 'Seawater' },
};

const GRAPHQL: SubjectAnswer = {
  opening:
    'GraphQL suits text models because one typed document says what goes in, what streams out, and what it cost.',
  body: `- **One address, typed.** Models, capabilities, prices and generations are one schema that editors and compilers know.
- **Only what is asked for.** A chat selects text and status; a dashboard selects usage and cost.
- **Streams are first class.** A subscription gives each delta as a typed event:

\`\`\`graphql
subscription {
  generate(input: { model: "demo", prompt: "Why is the sky blue?" }) {
    ... on TextDelta { text }
    ... on GenerationCompleted { generation { usage { totalTokens } cost { total } } }
  }
}
\`\`\``,
  reasoning: [
    'What would somebody who writes a client gain?',
    'Types from one schema, for all providers at once.',
    'Selections keep answers small, and subscriptions carry the stream.',
    'An example says it best.',
  ],
  source: { url: 'https://spec.graphql.org/', title: 'GraphQL specification' },
};

const WRITTEN: readonly (readonly [RegExp, SubjectAnswer])[] = [
  [/\bsky\b[^.?!]{0,40}\bblue\b|\bblue\b[^.?!]{0,40}\bsky\b|^why is it blue\b/i, SKY],
  [/\b(?:sea|ocean)\b[^.?!]{0,40}\bsalt|\bsalt[^.?!]{0,40}\b(?:sea|ocean)\b|^why is it salt/i, SEA],
  [/\b(?:what is|why)\b[^.?!]{0,20}\bgraphql\b/i, GRAPHQL],
];

/** Of a prompt, in UTF-16 code units, that is searched for its subject. */
const MAX_READ_LENGTH = 500;

/** The answer on the subject of a prompt; undefined for a subject that none was written on. */
export const findAnswerOn = (prompt: string): SubjectAnswer | undefined => {
  const start = prompt.slice(0, MAX_READ_LENGTH).trim();
  return findPrimeAnswer(start) ?? WRITTEN.find(([pattern]) => pattern.test(start))?.[1];
};
