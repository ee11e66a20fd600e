import { parseJson } from '../../src/lib/parse-json.ts';
import type { RawExchange } from './record-fetch.ts';
import { assertScrubbed, createScrub, type Scrubbing } from './scrub.ts';

type Json = Parameters<ReturnType<typeof createScrub>['scrub']>[0];

export interface FixtureExchange {
  readonly request: { readonly method: string; readonly path: string; readonly body: Json };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** For a stream, the payload of each event, without its framing. */
    readonly payloads?: readonly Json[];
    /** For any other answer, the body, parsed if it is JSON. */
    readonly body?: Json;
  };
}

/** A recorded turn of a real vendor, without secrets. */
export interface Fixture {
  readonly recorded: {
    readonly provider: string;
    readonly model: string;
    readonly case: string;
    /** YYYY-MM-DD. */
    readonly on: string;
  };
  readonly exchanges: readonly FixtureExchange[];
}

/** Headers that affect how an answer is read. All others are omitted. */
const HEADERS: ReadonlySet<string> = new Set(['content-type', 'retry-after', 'retry-after-ms']);

const parse = (text: string): Json | undefined => parseJson(text) as Json | undefined;

const isStream = ({ responseHeaders }: RawExchange): boolean =>
  (responseHeaders['content-type'] ?? '').startsWith('text/event-stream');

const payloadsOf = (body: string): readonly Json[] =>
  [...body.matchAll(/^data: ?(.*?)\r?$/gm)]
    .map((match) => match[1] ?? '')
    .filter((line) => line !== '' && line !== '[DONE]')
    .map((line) => parse(line) ?? line);

const valuesOf = (exchange: RawExchange): readonly Json[] => {
  const { requestBody, responseBody } = exchange;
  const answer = isStream(exchange) ? payloadsOf(responseBody) : [parse(responseBody) ?? responseBody];
  return [parse(requestBody) ?? requestBody, ...answer];
};

/** The path and the one parameter that determines the framing of the answer. Other parameters may contain keys. */
const pathOf = (url: string): string => {
  const { pathname, searchParams } = new URL(url);
  const alt = searchParams.get('alt');
  return alt === null ? pathname : `${pathname}?alt=${alt}`;
};

/** Exchanges as a fixture. Throws if it would contain a secret. */
export const toFixture = (
  exchanges: readonly RawExchange[],
  recorded: Fixture['recorded'],
  scrubbing: Scrubbing,
): Fixture => {
  const { scrub, scrubText } = createScrub(exchanges.flatMap(valuesOf), scrubbing);
  const fixture: Fixture = {
    recorded,
    exchanges: exchanges.map((exchange) => {
      const [request = null, ...answer] = valuesOf(exchange);
      const headers = Object.entries(exchange.responseHeaders).filter(([name]) => HEADERS.has(name));
      const clean = answer.map((value) => scrub(value));
      return {
        request: { method: exchange.method, path: scrubText(pathOf(exchange.url)), body: scrub(request) },
        response: {
          status: exchange.status,
          headers: Object.fromEntries(headers.map(([name, value]) => [name, scrubText(value)])),
          ...(isStream(exchange) ? { payloads: clean } : { body: clean[0] ?? null }),
        },
      };
    }),
  };
  assertScrubbed(JSON.stringify(fixture), scrubbing);
  return fixture;
};

/** One payload per line, so that a change of one payload changes one line. */
export const printFixture = ({ recorded, exchanges }: Fixture): string => {
  const printed = exchanges.map(({ request, response: { payloads, ...response } }) =>
    [
      '{',
      `"request": ${JSON.stringify(request)},`,
      payloads === undefined
        ? `"response": ${JSON.stringify(response)}`
        : `"response": ${JSON.stringify(response).slice(0, -1)}, "payloads": [\n${payloads.map((payload) => JSON.stringify(payload)).join(',\n')}\n]}`,
      '}',
    ].join('\n'),
  );
  return `{\n"recorded": ${JSON.stringify(recorded)},\n"exchanges": [${printed.join(',\n')}]\n}\n`;
};
