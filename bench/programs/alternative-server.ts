import { answerParent, readOptions } from './answer-parent.ts';

interface Alternative {
  readonly startServer: (upstreamUrl: string) => Promise<string>;
}

// Its packages are installed by themselves, or not at all.
const { href } = new URL('../alternative/server.mjs', import.meta.url);
const { startServer } = (await import(href)) as Alternative;
const { upstreamUrl } = readOptions() as { readonly upstreamUrl: string };
answerParent({ url: await startServer(upstreamUrl) });
