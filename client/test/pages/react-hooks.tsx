import {
  type ChatTool,
  ModelgraphProvider,
  useChat,
  useGeneration,
  useModels,
  useObject,
} from 'modelgraph-client/react';
import { createModelgraph, type StorageAdapter } from 'modelgraph-client';
import { StrictMode, Suspense, useState, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';

declare global {
  /** What each hook gave last, for the test to read and call. */
  var seen: Record<string, unknown>;
  /** Mounts or unmounts a part of the page. */
  var show: (part: string | undefined) => void;
}

const parameters = new URLSearchParams(location.search);
const client = createModelgraph({ url: parameters.get('server') ?? '' });
globalThis.seen = {};

const full: StorageAdapter = {
  getItem: () => null,
  setItem: () => {
    throw new DOMException('full', 'QuotaExceededError');
  },
  removeItem: () => undefined,
};
/** localStorage, each call of which takes its time. */
const slow: StorageAdapter = {
  getItem: async (key) => localStorage.getItem(key),
  setItem: async (key, value) => localStorage.setItem(key, value),
  removeItem: async (key) => localStorage.removeItem(key),
};
const STORAGES: Readonly<Record<string, StorageAdapter | undefined>> = {
  full,
  slow,
  local: localStorage,
  session: sessionStorage,
  none: undefined,
};
const storage = STORAGES[parameters.get('storage') ?? 'local'];

const ASKED: ChatTool<unknown> = { parameters: z.object({ expression: z.string() }) };

const Chat = ({ name = 'chat' }: { readonly name?: string }) => {
  const chat = useChat({
    id: 'page',
    model: 'sonata-4',
    tools: { calculate: ASKED },
    ...(storage && { storage }),
  });
  globalThis.seen[name] = chat;
  return <output>{JSON.stringify(chat.messages.map(({ parts }) => parts))}</output>;
};

const Generation = () => {
  globalThis.seen['generation'] = useGeneration({ id: 'page', ...(storage && { storage }) });
  return null;
};

const Place = z.object({ city: z.string(), sights: z.array(z.string()) });

const ObjectPart = () => {
  const place = useObject({ model: 'sonata-4', schema: Place });
  globalThis.seen['object'] = place;
  const sights: readonly string[] | undefined = place.object?.sights;
  return <p>{sights?.join()}</p>;
};

const Models = ({ suspense }: { readonly suspense: boolean }) => {
  const { models, status } = useModels({ reasoning: true }, { suspense });
  globalThis.seen['models'] = { status, names: models.map(({ name }) => name) };
  return <p>{status === 'ready' ? 'models are there' : 'no models yet'}</p>;
};

const PARTS: Readonly<Record<string, ReactNode>> = {
  chat: <Chat />,
  chats: (
    <>
      <Chat />
      <Chat name="chats" />
    </>
  ),
  generation: <Generation />,
  object: <ObjectPart />,
  models: (
    <>
      <Models suspense={false} />
      <Models suspense={false} />
    </>
  ),
  suspense: (
    <Suspense fallback="waiting for models">
      <Models suspense />
    </Suspense>
  ),
};

const Page = () => {
  const [part, setPart] = useState(parameters.get('part') ?? undefined);
  globalThis.show = setPart;
  return part === undefined ? null : PARTS[part];
};

const root = document.querySelector('#root');
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <ModelgraphProvider client={client}>
        <Page />
      </ModelgraphProvider>
    </StrictMode>,
  );
