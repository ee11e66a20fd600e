import { keepActiveTab, storeActiveTab, toShortAddress } from './keep-active-tab.ts';
import { createKeyStore } from './key-store.ts';
import { createPlaygroundFetch } from './playground-fetch.ts';
import { createPlaygroundWebSocket } from './playground-web-socket.ts';
import { findStartedOperation, readOperationMessage } from './read-operation-message.ts';
import { showKeyPrompt } from './show-key-prompt.ts';
import { createTranscripts } from './transcripts.ts';

const { findAuthorization, setKey } = createKeyStore(window.sessionStorage);
const transcripts = createTranscripts();
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
  onUnauthorized,
});
window.WebSocket = createPlaygroundWebSocket(window.WebSocket, {
  pageUrl,
  findAuthorization,
  onSend: (message) => {
    const operationId = findStartedOperation(message);
    if (operationId !== undefined) transcripts.begin(operationId);
  },
  onMessage: (message) => {
    const found = readOperationMessage(message);
    if (found !== undefined) transcripts.apply(found);
  },
  onUnauthorized,
});

const replaceState = history.replaceState.bind(history);
replaceState(history.state, '', keepActiveTab(window.localStorage, pageUrl));
history.replaceState = (state, unused, address) =>
  replaceState(state, unused, address == null ? address : toShortAddress(address, pageUrl));

window.addEventListener('pagehide', () => {
  const tabs = [...document.querySelectorAll('.graphiql-tab')];
  const active = tabs.findIndex((tab) => tab.classList.contains('graphiql-tab-active'));
  storeActiveTab(window.localStorage, active, tabs.length);
});
