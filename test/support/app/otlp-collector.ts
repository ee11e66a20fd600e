import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A value as OTLP has it in JSON. */
interface OtlpValue {
  readonly stringValue?: string;
  readonly intValue?: string | number;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
  readonly arrayValue?: { readonly values?: readonly OtlpValue[] };
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}

export type DecodedValue = string | number | boolean | readonly DecodedValue[] | undefined;

export interface CollectedSpan {
  readonly name: string;
  /** As OTLP counts them: 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  /** undefined: it is the root of its trace. */
  readonly parentSpanId: string | undefined;
  readonly attributes: Readonly<Record<string, DecodedValue>>;
  readonly failed: boolean;
  readonly events: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, DecodedValue>>;
  }[];
  readonly startMs: number;
  readonly endMs: number;
}

export interface CollectedPoint {
  readonly attributes: Readonly<Record<string, DecodedValue>>;
  readonly count: number;
  readonly sum: number;
  readonly bounds: readonly number[];
}

export interface CollectedMetric {
  readonly unit: string;
  readonly points: readonly CollectedPoint[];
}

export interface OtlpCollector extends AsyncDisposable {
  /** `http://127.0.0.1:…` */
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  /** The last state of each metric, by its name. */
  readonly metrics: ReadonlyMap<string, CollectedMetric>;
  /** Requests that came, of any kind. */
  readonly requests: readonly string[];
  /** From now on every request is answered so. */
  answerWith(answer: (response: ServerResponse) => void): void;
}

const decode = ({ stringValue, intValue, doubleValue, boolValue, arrayValue }: OtlpValue): DecodedValue => {
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(decode);
  if (intValue !== undefined) return Number(intValue);
  return stringValue ?? doubleValue ?? boolValue;
};

const toRecord = (attributes: readonly OtlpAttribute[] = []): Readonly<Record<string, DecodedValue>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, decode(value)]));

interface OtlpSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes?: readonly OtlpAttribute[];
  readonly status?: { readonly code?: number };
  readonly events?: readonly { readonly name: string; readonly attributes?: readonly OtlpAttribute[] }[];
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

interface TracesBody {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

interface MetricsBody {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly unit: string;
        readonly histogram?: {
          readonly dataPoints: readonly {
            readonly attributes?: readonly OtlpAttribute[];
            readonly count: number;
            readonly sum: number;
            readonly explicitBounds: readonly number[];
          }[];
        };
      }[];
    }[];
  }[];
}

const toMs = (nanoseconds: string): number => Number(BigInt(nanoseconds) / 1_000n) / 1_000;

const toSpan = (span: OtlpSpan): CollectedSpan => ({
  name: span.name,
  kind: span.kind,
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId === '' ? undefined : span.parentSpanId,
  attributes: toRecord(span.attributes),
  failed: span.status?.code === 2,
  events: (span.events ?? []).map(({ name, attributes }) => ({ name, attributes: toRecord(attributes) })),
  startMs: toMs(span.startTimeUnixNano),
  endMs: toMs(span.endTimeUnixNano),
});

const readSpans = ({ resourceSpans }: TracesBody): readonly CollectedSpan[] =>
  resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(toSpan)));

const readMetrics = ({ resourceMetrics }: MetricsBody): readonly (readonly [string, CollectedMetric])[] =>
  resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) =>
      metrics.map(({ name, unit, histogram }) => {
        const points = (histogram?.dataPoints ?? []).map(({ attributes, count, sum, explicitBounds }) => ({
          attributes: toRecord(attributes),
          count,
          sum,
          bounds: explicitBounds,
        }));
        return [name, { unit, points }] as const;
      }),
    ),
  );

/** An OpenTelemetry collector on a free loopback port: it takes OTLP over HTTP, in JSON, and decodes it. */
export const startOtlpCollector = async (): Promise<OtlpCollector> => {
  const spans: CollectedSpan[] = [];
  const metrics = new Map<string, CollectedMetric>();
  const requests: string[] = [];
  let answer = (response: ServerResponse): void => {
    response.setHeader('content-type', 'application/json').end('{}');
  };
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    json(request).then(
      (body) => {
        if (request.url === '/v1/traces') spans.push(...readSpans(body as TracesBody));
        if (request.url === '/v1/metrics')
          for (const [name, metric] of readMetrics(body as MetricsBody)) metrics.set(name, metric);
        answer(response);
      },
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    metrics,
    requests,
    answerWith(next) {
      answer = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
