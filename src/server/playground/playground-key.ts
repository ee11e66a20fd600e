/**
 * Asks for a key where the server wants one, and sends it with everything the playground sends, over WebSocket too,
 * where its headers do not go. The key is kept until the browser's tab is closed, and goes to this server only.
 */
export const KEY_PROMPT = `
<style>
  #key {
    position: fixed; inset: 28px 28px auto auto; z-index: 20; display: flex; gap: 8px; align-items: center;
    padding: 12px 14px; border-radius: 8px; font: 15px/1.5 Roboto, sans-serif; background: #fff; color: #1f2937;
    border: 1px solid #d1d5db; box-shadow: 0 6px 24px rgb(0 0 0 / 20%);
  }
  #key input, #key button { font: inherit; padding: 4px 8px; }
</style>
<script>
(() => {
  const STORED = 'modelgraph:key';
  const authorization = () => {
    const key = sessionStorage.getItem(STORED);
    return key === null ? null : 'Bearer ' + key;
  };

  const ask = () => {
    if (document.getElementById('key') !== null) return;
    const form = document.createElement('form');
    form.id = 'key';
    const label = document.createElement('label');
    label.textContent = authorization() === null ? 'This server asks for a key: ' : 'The key was refused: ';
    const input = document.createElement('input');
    input.type = 'password';
    input.autocomplete = 'off';
    input.placeholder = 'mg_…';
    label.append(input);
    const button = document.createElement('button');
    button.textContent = 'Use it';
    form.append(label, button);
    form.addEventListener('submit', (submission) => {
      submission.preventDefault();
      sessionStorage.setItem(STORED, input.value.trim());
      location.reload();
    });
    document.body.append(form);
  };

  const { fetch } = window;
  window.fetch = async (address, init) => {
    const isOurs = typeof address === 'string' && new URL(address, location.href).origin === location.origin;
    if (!isOurs) return fetch(address, init);
    const headers = new Headers(init?.headers);
    const known = authorization();
    if (known !== null && !headers.has('authorization')) headers.set('authorization', known);
    const response = await fetch(address, { ...init, headers });
    if (response.status === 401) ask();
    return response;
  };

  window.WebSocket = class extends window.WebSocket {
    constructor(...args) {
      super(...args);
      this.addEventListener('close', ({ code }) => { if (code === 4403) ask(); });
    }
    send(data) {
      const known = authorization();
      if (known === null || typeof data !== 'string' || !data.includes('"connection_init"')) return super.send(data);
      const message = JSON.parse(data);
      if (message.type !== 'connection_init') return super.send(data);
      super.send(JSON.stringify({ ...message, payload: { authorization: known, ...message.payload } }));
    }
  };
})();
</script>
`;
