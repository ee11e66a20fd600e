import type http from 'node:http';
import { KEPT_ALIVE } from '../clients/post-for-events.ts';
import type { OpenStream } from '../clients/probe.ts';
import { createChatReader } from '../clients/read-chat-completions.ts';
import { createSseSubscribe } from '../clients/subscribe-over-sse.ts';
import { connectWebSocket, subscribeOverWebSocket } from '../clients/subscribe-over-websocket.ts';
import { textReceiver, toGenerate } from '../clients/subscription.ts';
import { getPeerVersion } from './install-peers.ts';
import { startServerProcess } from './server-process.ts';
import { type Server, startOther } from './servers.ts';

/** Whether each stream opens a connection of its own, or finds one that is open. */
export type Connections = 'own' | 'open';

/** What clients and operators have of a server. */
export interface Abilities {
  readonly events: string;
  readonly resume: string;
  readonly stores: string;
  readonly accounts: string;
  readonly more: string;
}

/** A server between clients and a vendor. */
export interface Peer {
  /** The name in reports. */
  readonly name: string;
  readonly start: (upstreamUrl: string) => Promise<Server>;
  readonly connect: (server: Server, upstreamUrl: string, connections: Connections) => Promise<OpenStream>;
  readonly abilities: Abilities;
}

const agentOf = (connections: Connections): http.Agent | undefined =>
  connections === 'open' ? KEPT_ALIVE : undefined;

const connectOverSse: Peer['connect'] = ({ url }, _upstreamUrl, connections) => {
  const subscribe = createSseSubscribe(agentOf(connections));
  return Promise.resolve((plan, receive) => subscribe(url, toGenerate(plan), textReceiver(receive)));
};

const connectOverWebSocket: Peer['connect'] = async ({ url }, _upstreamUrl, connections) => {
  if (connections === 'own')
    return (plan, receive) => subscribeOverWebSocket(url, toGenerate(plan), textReceiver(receive));
  const socket = await connectWebSocket(url);
  return (plan, receive) => Promise.resolve(socket.subscribe(toGenerate(plan), textReceiver(receive)));
};

const AUTHORIZATION = { authorization: 'Bearer sk-bench' };

/** The server as `npm start` runs it, storing on disk. A generation ends with its last subscriber, as it does elsewhere. */
const startOurs = (upstreamUrl: string): Promise<Server> =>
  startServerProcess({
    OPENAI_API_KEY: 'sk-bench',
    OPENAI_BASE_URL: upstreamUrl,
    MODELGRAPH_DISCONNECT_GRACE_MS: '0',
  });

const OURS: Abilities = {
  events: 'a typed union, with offsets',
  resume: 'after a cursor, on any node',
  stores: 'every generation, on disk',
  accounts: 'usage and cost of each',
  more: 'checks before the vendor is asked, retries and fallbacks, batches, budgets',
};

/** The servers that need no packages but those of this repository. */
export const OWN_PEERS: readonly Peer[] = [
  { name: '**this server**, SSE', start: startOurs, connect: connectOverSse, abilities: OURS },
  { name: '**this server**, graphql-ws', start: startOurs, connect: connectOverWebSocket, abilities: OURS },
  {
    name: '`node:http` relay, SSE',
    start: (upstreamUrl) => startOther('relay-server.ts', { upstreamUrl }),
    connect: ({ url }, _upstreamUrl, connections) =>
      Promise.resolve(createChatReader(url, AUTHORIZATION, agentOf(connections))),
    abilities: {
      events: "the vendor's bytes, unread",
      resume: 'no',
      stores: 'nothing',
      accounts: 'none',
      more: 'nothing: the least that a server in between can cost',
    },
  },
];

/** The servers of `bench/peers`. */
export const INSTALLED_PEERS: readonly Peer[] = [
  {
    name: 'yoga over the AI SDK, SSE',
    start: (upstreamUrl) => startOther('peer-server.ts', { program: 'yoga-ai-sdk.mjs', upstreamUrl }),
    connect: connectOverSse,
    abilities: {
      events: 'a typed union, with offsets',
      resume: 'no',
      stores: 'nothing',
      accounts: 'none as written; the AI SDK reports usage',
      more: 'about 110 lines by the recipes of both; any vendor that the AI SDK has a package for',
    },
  },
  {
    name: 'Portkey gateway, SSE',
    start: (upstreamUrl) => startOther('peer-server.ts', { program: 'portkey.mjs', upstreamUrl }),
    connect: ({ url }, upstreamUrl, connections) => {
      const headers = {
        ...AUTHORIZATION,
        'x-portkey-provider': 'openai',
        'x-portkey-custom-host': upstreamUrl,
      };
      return Promise.resolve(createChatReader(url, headers, agentOf(connections)));
    },
    abilities: {
      events: "the vendor's chunks in OpenAI's shape",
      resume: 'no',
      stores: 'nothing',
      accounts: "usage as the vendor's last chunk has it",
      more: 'more vendors than this server; by the config of a request retries, fallbacks, load balancing, guardrails, a cache (none is on here)',
    },
  },
];

const PACKAGES = ['graphql-yoga', 'ai', '@ai-sdk/openai', '@portkey-ai/gateway'];

/** What the servers of `bench/peers` are made of. */
export const describeInstalled = (): string =>
  PACKAGES.map((name) => `${name} ${getPeerVersion(name)}`).join(', ');
