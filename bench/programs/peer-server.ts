import { answerParent, readOptions } from './answer-parent.ts';

interface Peer {
  readonly startServer: (upstreamUrl: string) => Promise<string>;
}

const { program, upstreamUrl } = readOptions() as { readonly program: string; readonly upstreamUrl: string };
// Imported at run time: its packages are optional and have an installation of their own.
const { href } = new URL(`../peers/${program}`, import.meta.url);
const { startServer } = (await import(href)) as Peer;
answerParent({ url: await startServer(upstreamUrl) });
