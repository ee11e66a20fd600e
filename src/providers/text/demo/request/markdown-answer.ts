/** What a renderer of markdown has to get right, in one document. */
export const MARKDOWN = `## A page with everything

A paragraph with **bold**, *italic*, ~~struck~~ and \`inline code\`, and a [link](https://spec.graphql.org/).

### A list in a list

1. Ask for a model that does what you need.
2. Read its events:
   - \`ReasoningDelta\` before the answer,
   - \`TextDelta\` as it is written,
   - \`GenerationCompleted\` with usage and cost.
3. Show them as they come.

- [x] Text in deltas
- [ ] A second window

### A table

| Event | Carries | Terminal |
|:--|:--|:-:|
| \`TextDelta\` | \`offset\`, \`text\` | no |
| \`ActionRequired\` | the tool calls to answer | no |
| \`GenerationCompleted\` | finish reason, usage, cost | yes |

### Code

\`\`\`ts
let text = '';
for await (const event of events) {
  if (event.__typename === 'TextDelta') {
    // An event that came before is not written twice.
    text = text.slice(0, event.offset) + event.text;
  }
}
\`\`\`

\`\`\`json
{ "model": "demo-markdown", "scripted": true }
\`\`\`

> A quotation with a second line,
> and a character that takes two: 👋🏽

---`;
