import { createModelgraph } from 'modelgraph-client';
import { ModelgraphProvider } from 'modelgraph-client/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './styles/index.css';

const url = document.querySelector<HTMLMetaElement>('meta[name="modelgraph-url"]')?.content ?? '/graphql';
const client = createModelgraph({ url });

// A face that is loaded in mid-answer would move what has been read.
for (const face of document.fonts) void face.load().catch(() => undefined);

const root = document.querySelector('#root');
if (root === null) throw new Error('The page has no #root.');
createRoot(root).render(
  <StrictMode>
    <ModelgraphProvider client={client}>
      <App />
    </ModelgraphProvider>
  </StrictMode>,
);
