export const RICH_ANSWER = `A stream reaches this page in **three steps**, and each can be watched.

## From event to screen

1. The server numbers every event of a generation, once and for all readers.
2. The client puts each piece where its offset says, so a lost connection neither drops nor doubles a word.
3. The page splits the text into blocks and draws only the last one again.

| Step | Happens in | Cost of a piece |
|:--|:--|--:|
| Number | server | 6 µs |
| Fold | client | 11 µs |
| Draw | page | 0.4 ms |

The whole of it, as code:

\`\`\`ts
const run = client.generate({ model: 'demo', prompt: 'Hello' });
for await (const { text } of run.snapshots()) render(text);
\`\`\`

> What is closed is not read again: a text of *n* characters costs O(n).

- [x] resumes by cursor
- [ ] asks twice

More is written in [the guide of the client](https://example.com/clients), with \`useChat\` at its heart.
`;

export const REASONING = `The reader wants to know the way of a piece of text. First the server, then the client, then the page. A table may help, and a few lines of code.`;

const TABLE_ROWS = 400;

/** Everything a model might write that a page must not obey. The test's globals are set by what runs. */
export const HOSTILE_ANSWER = [
  '<script>window.attacked = "script"</script>',
  '<img src=x onerror="window.attacked = \'onerror\'">',
  '<iframe srcdoc="<script>parent.attacked = \'iframe\'</script>"></iframe>',
  '[script](javascript:window.attacked="link")',
  '[spaced script](<java\nscript:alert(1)>)',
  '[coded script](&#106;avascript:alert(1))',
  '[data](data:text/html,<script>window.attacked="data"</script>)',
  '[vbscript](vbscript:x) [file](file:///etc/passwd) [blob](blob:https://x/1) [plain](http://insecure.example/)',
  '[relative](/graphql) [protocol](//evil.example/x)',
  '[https://bank.example](https://evil.example/login)',
  '[bank](https://bank.example@evil.example/)',
  '[homograph](https://\u0430pple.com/)',
  '[honest](https://honest.example/a?b=c) and <mailto:someone@honest.example>',
  '![tracker](https://tracker.example/pixel.png?secret=1)',
  '![data image](data:image/svg+xml,<svg onload="window.attacked=1">)',
  'Read\u202Eright to left\u202C and \u2066isolated\u2069.',
  '```html\n<b>\u202Ehidden</b>\n```',
  '<b onclick="window.attacked=1">bold</b> <br> <style>body{display:none}</style>',
  `${'> '.repeat(400)}deep`,
  Array.from({ length: 300 }, (_, depth) => `${'  '.repeat(depth)}- deep`).join('\n'),
  `${'['.repeat(2_000)}${'*a_'.repeat(2_000)}`,
  `| a | b |\n|---|---|\n${'| x | y |\n'.repeat(TABLE_ROWS)}`,
  // Seven million cells, if each row were filled up.
  `|${'a|'.repeat(1_000)}\n|${'-|'.repeat(1_000)}\n${'x\n'.repeat(7_000)}`,
  'The end of the attacks.',
].join('\n\n');
