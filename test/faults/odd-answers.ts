import type { Form } from './expectations.ts';
import { toFrames } from '../support/upstream/vendor-wire.ts';
import { coveredCells, type VendorProvider } from '../contract/providers.ts';

const nested = (levels: number): string => `${'[{"a":'.repeat(levels)}1${'}]'.repeat(levels)}`;

/** JSON that a field of a vendor's answer is replaced with. */
export const ODD_VALUES: readonly string[] = [
  'null',
  'false',
  '0',
  '-5',
  '1.5',
  '2147483648',
  '1e30',
  '1e999',
  '""',
  '"12"',
  '"a\\u0000b"',
  '"\\ud83d"',
  `"${'long '.repeat(20_000)}"`,
  '[]',
  '[null]',
  '[[1], "a"]',
  '{}',
  '{"type": 5, "text": {"text": "a"}, "message": ["b"]}',
  nested(60),
  nested(5_000),
];

type Path = readonly (string | number)[];

const pathsOf = (value: unknown, at: Path = []): readonly Path[] => {
  if (typeof value !== 'object' || value === null) return [at];
  const inner = Object.entries(value).flatMap(([name, part]) =>
    pathsOf(part, [...at, Array.isArray(value) ? Number(name) : name]),
  );
  return at.length === 0 ? inner : [at, ...inner];
};

const MARK = 'the odd value';

const replaceAt = (value: unknown, [step, ...rest]: Path): unknown => {
  if (step === undefined) return MARK;
  if (Array.isArray(value))
    return value.map((item, index) => (index === step ? replaceAt(item, rest) : item));
  return { ...(value as object), [step]: replaceAt((value as Record<string, unknown>)[step], rest) };
};

/** A place in a vendor's answer: every kind of field once. */
export interface OddPlace {
  readonly name: string;
  /** The answer with a value put there, as the vendor would send it. */
  readonly toBody: (value: string) => string;
}

/** Every field of everything that a vendor's hand-made answers say, in a stream or as a whole. */
export const oddPlaces = (line: VendorProvider, form: Form): readonly OddPlace[] => {
  const places = new Map<string, OddPlace>();
  for (const { turns } of coveredCells(line))
    for (const { payloads, whole } of turns) {
      const documents = form === 'streamed' ? payloads : whole === null ? [] : [whole];
      for (const [index, document] of documents.entries())
        for (const path of pathsOf(document)) {
          const kind = 'type' in document ? String(document.type) : '';
          const name = `${kind} ${path.filter((step) => typeof step === 'string').join('.')}`.trim();
          if (places.has(name)) continue;
          const changed = documents.map((at, other) =>
            other === index ? (replaceAt(at, path) as object) : at,
          );
          const body = form === 'streamed' ? toFrames(changed, line.wire) : JSON.stringify(changed[0]);
          places.set(name, { name, toBody: (value) => body.replaceAll(JSON.stringify(MARK), () => value) });
        }
    }
  return [...places.values()];
};
