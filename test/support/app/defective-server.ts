import { readSettings } from '../../../config/env.ts';
import { MODEL_CONFIGS } from '../../../config/providers/index.ts';
import { buildApp } from '../../../src/app.ts';
import type { ServerPlugin } from '../../../src/server/plugin.ts';
import { finish, createToyProvider } from './toy-app.ts';

// The test that reads it is gone: what it says of that would fail again, for ever.
process.stdout.on('error', () => process.exit(1));

const note = (fields: Readonly<Record<string, unknown>>, msg: string): void => {
  const { err } = fields;
  const error = err instanceof Error ? { err: err.message } : {};
  process.stdout.write(`${JSON.stringify({ ...fields, ...error, msg })}\n`);
};

/** Each throws where no caller can catch it, as code with a mistake in it does. */
const WAYS: Readonly<Record<string, (what: string) => void>> = {
  'a timer': (what) => {
    setTimeout(() => {
      throw new Error(what);
    }, 1);
  },
  'a promise that is awaited nowhere': (what) => {
    void Promise.reject(new Error(what));
  },
  'an asynchronous function': (what) => {
    void (async () => {
      await Promise.resolve();
      throw new Error(what);
    })();
  },
  'a listener': (what) => {
    const target = new EventTarget();
    target.addEventListener('event', () => {
      throw new Error(what);
    });
    target.dispatchEvent(new Event('event'));
  },
};

const throwIn = (seam: string, way: string): void => WAYS[way]?.(`${seam}: ${way}`);

const isOn = (seam: string, metadata: unknown): boolean =>
  typeof metadata === 'object' && metadata !== null && Reflect.get(metadata, 'seam') === seam;

const wayOf = (metadata: unknown): string => String(Reflect.get(Object(metadata), 'way'));

const { overrides } = createToyProvider(async function* (request, { signal }) {
  const [message] = request.messages;
  const prompt = JSON.stringify(message);
  const way = Object.keys(WAYS).find((name) => prompt.includes(`provider: ${name}`));
  yield { type: 'text-delta', text: 'Hi' };
  if (way !== undefined) {
    throwIn('provider', way);
    // The answer never comes to its end.
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  }
  yield finish;
});

const plugin: ServerPlugin = {
  beforeGeneration({ metadata }) {
    if (isOn('beforeGeneration', metadata)) throwIn('beforeGeneration', wayOf(metadata));
    return undefined;
  },
  afterGeneration(record) {
    const metadata = record.source === 'generation' ? record.generation.metadata : null;
    if (isOn('afterGeneration', metadata)) throwIn('afterGeneration', wayOf(metadata));
  },
  onExecute({ args }) {
    const metadata = args.variableValues?.['metadata'];
    if (isOn('onExecute', metadata)) throwIn('onExecute', wayOf(metadata));
  },
  onSubscribe({ args }) {
    const metadata = args.variableValues?.['metadata'];
    if (isOn('onSubscribe', metadata)) throwIn('onSubscribe', wayOf(metadata));
  },
};

// A server of which every seam throws where it is asked to: a program of its own, since no test could catch the errors.
const app = await buildApp(
  readSettings(Object.keys(MODEL_CONFIGS)),
  { debug: () => {}, info: note, warn: note, error: note },
  { ...overrides, plugins: [plugin] },
);
const url = await app.listen();
note({ url, ways: Object.keys(WAYS) }, `Modelgraph is ready at ${url}`);
