const LINES: readonly (readonly [string, string])[] = [
  ['Stream', 'reasoning and text as typed events'],
  ['Tools', 'a model that calls your function'],
  ['Structured', 'JSON that follows your schema, as it grows'],
  ['Resume', 'a stream that goes on where it was lost'],
  ['Capabilities', 'what each model can do, and what it costs'],
];

/** What there is to see, in place of a response that has not come yet. The styles hide it once there is one. */
export const createHint = (): HTMLElement => {
  const section = document.createElement('section');
  section.id = 'hint';
  section.setAttribute('aria-label', 'How to begin');
  const title = document.createElement('h2');
  title.textContent = 'Every text model behind one typed GraphQL API';
  const advice = document.createElement('p');
  advice.textContent = 'Press ▶ or Ctrl-Enter to run the tab. The demo models need no key. ';
  const list = document.createElement('dl');
  for (const [name, text] of LINES) {
    const term = document.createElement('dt');
    term.textContent = name;
    const description = document.createElement('dd');
    description.textContent = text;
    list.append(term, description);
  }
  section.append(title, advice, list);
  return section;
};
