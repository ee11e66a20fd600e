const ID = 'key-prompt';

export interface KeyPromptOptions {
  /** Whether a key was sent and not accepted. */
  readonly wasRefused: boolean;
  readonly onKey: (key: string) => void;
}

/** Shows the form that asks for the server's key. Does nothing while the form is shown already. */
export const showKeyPrompt = (document: Document, { wasRefused, onKey }: KeyPromptOptions): void => {
  if (document.getElementById(ID) !== null) return;
  const form = document.createElement('form');
  form.id = ID;
  const label = document.createElement('label');
  label.textContent = wasRefused
    ? 'The key was refused, or has expired: '
    : 'This server asks for a key or a token: ';
  const input = document.createElement('input');
  input.type = 'password';
  input.autocomplete = 'off';
  input.placeholder = 'mg_… or a token';
  input.required = true;
  // A header takes no other characters: fetch would throw at each request, before the server could refuse the key.
  input.pattern = '\\s*[!-~]+\\s*';
  input.title = 'A key has letters, digits and punctuation of ASCII only.';
  label.append(input);
  const button = document.createElement('button');
  button.textContent = 'Use key';
  form.append(label, button);
  form.addEventListener('submit', (submission) => {
    submission.preventDefault();
    onKey(input.value.trim());
  });
  document.body.append(form);
  input.focus();
};
