/**
 * A panel for the playground that shows text and reasoning as they grow: the playground itself shows only the latest
 * event of a subscription. It watches what the page sends and receives, changes nothing about it and sends nothing.
 */
export const TRANSCRIPT = `
<style>
  #transcript {
    position: fixed; right: 28px; bottom: 28px; width: calc(50% - 72px); max-height: 62%; z-index: 10;
    display: flex; flex-direction: column; overflow: hidden; border-radius: 8px;
    font: 15px/1.5 Roboto, sans-serif; background: #fff; color: #1f2937; border: 1px solid #d1d5db;
    box-shadow: 0 6px 24px rgb(0 0 0 / 20%);
  }
  #transcript[hidden] { display: none; }
  #transcript header { display: flex; justify-content: space-between; padding: 8px 14px; font-weight: 500; }
  #transcript button { all: unset; cursor: pointer; padding: 0 6px; }
  #transcript button:focus-visible { outline: 2px solid #d946ef; border-radius: 4px; }
  #transcript div { overflow-y: auto; padding: 0 14px 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
  #transcript .reasoning { color: #6b7280; font-style: italic; }
  #transcript .reasoning:not(:empty) { margin: 0 0 10px; padding-left: 10px; border-left: 3px solid #d1d5db; }
  #transcript p { margin: 0; }
  body.graphiql-dark #transcript { background: #1b2434; color: #e5e7eb; border-color: #46536b; }
  body.graphiql-dark #transcript .reasoning { color: #9aa7bd; border-color: #46536b; }
  @media (prefers-color-scheme: dark) {
    body:not(.graphiql-light) #transcript { background: #1b2434; color: #e5e7eb; border-color: #46536b; }
    body:not(.graphiql-light) #transcript .reasoning { color: #9aa7bd; border-color: #46536b; }
  }
</style>
<script>
(() => {
  let panel, body, reasoning, text, shown;

  const create = () => {
    panel = document.createElement('section');
    panel.id = 'transcript';
    panel.setAttribute('aria-label', 'Transcript');
    const header = document.createElement('header');
    const close = document.createElement('button');
    close.type = 'button';
    close.textContent = '✕';
    close.setAttribute('aria-label', 'Close the transcript');
    close.addEventListener('click', () => { panel.hidden = true; });
    header.append('Transcript', close);
    body = document.createElement('div');
    reasoning = document.createElement('p');
    reasoning.className = 'reasoning';
    text = document.createElement('p');
    body.append(reasoning, text);
    panel.append(header, body);
    document.body.append(panel);
  };

  const show = (id, event) => {
    if (id !== shown) {
      if (panel === undefined) create();
      shown = id;
      reasoning.textContent = '';
      text.textContent = '';
      panel.hidden = false;
    }
    (event.__typename === 'ReasoningDelta' ? reasoning : text).append(event.text);
    body.scrollTop = body.scrollHeight;
  };

  const read = (data) => {
    if (typeof data !== 'string' || !data.includes('Delta')) return;
    const { id, type, payload } = JSON.parse(data);
    if (type !== 'next') return;
    for (const event of Object.values(payload.data ?? {})) {
      const isDelta = event?.__typename === 'TextDelta' || event?.__typename === 'ReasoningDelta';
      if (isDelta && typeof event.text === 'string') show(id, event);
    }
  };

  // A query has no deltas: what it answers would lie under the transcript of another tab.
  const { fetch } = window;
  window.fetch = (...args) => {
    if (panel !== undefined) panel.hidden = true;
    return fetch(...args);
  };

  window.WebSocket = class extends window.WebSocket {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => read(data));
    }
  };
})();
</script>
`;
