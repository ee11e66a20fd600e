import { answerParent, readOptions } from './answer-parent.ts';

interface Alternative {
  readonly startServer: (upstreamUrl: string) => Promise<string>;
}

// Imported at run time: its packages are optional and have an installation of their own.
const { href } = new URL('../alternative/server.mjs', import.meta.url);
const { startServer } = (await import(href)) as Alternative;
const { upstreamUrl } = readOptions() as { readonly upstreamUrl: string };
answerParent({ url: await startServer(upstreamUrl) });
