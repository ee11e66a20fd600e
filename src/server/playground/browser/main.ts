import { findDeltas } from './find-deltas.ts';
import { keepActiveTab } from './keep-active-tab.ts';
import { createKeyStore } from './key-store.ts';
import { createPlaygroundFetch } from './playground-fetch.ts';
import { createPlaygroundWebSocket } from './playground-web-socket.ts';
import { showKeyPrompt } from './show-key-prompt.ts';
import { createTranscript } from './transcript.ts';

const { findAuthorization, setKey } = createKeyStore(window.sessionStorage);
const transcript = createTranscript(document);
const pageUrl = window.location.href;

const onUnauthorized = (): void =>
  showKeyPrompt(document, {
    wasRefused: findAuthorization() !== undefined,
    onKey: (key) => {
      setKey(key);
      window.location.reload();
    },
  });

// GraphiQL takes both by name when it starts, which is after this.
window.fetch = createPlaygroundFetch(window.fetch.bind(window), {
  pageUrl,
  findAuthorization,
  // A query has no deltas: its result would be covered by the transcript of another tab.
  onRequest: transcript.hide,
  onUnauthorized,
});
window.WebSocket = createPlaygroundWebSocket(window.WebSocket, {
  pageUrl,
  findAuthorization,
  onMessage: (message) => {
    const found = findDeltas(message);
    if (found !== undefined) transcript.append(found);
  },
  onUnauthorized,
});
keepActiveTab(window.localStorage);
