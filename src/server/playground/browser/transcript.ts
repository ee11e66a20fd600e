import type { OperationDeltas } from './find-deltas.ts';

/**
 * A panel that shows text and reasoning as they grow, because GraphiQL shows only the latest event of a subscription.
 * It shows one operation at a time: the one whose delta came last.
 */
export interface Transcript {
  readonly append: (deltas: OperationDeltas) => void;
  readonly hide: () => void;
}

interface Panel {
  readonly section: HTMLElement;
  readonly body: HTMLElement;
  readonly reasoning: HTMLElement;
  readonly text: HTMLElement;
}

const createPanel = (document: Document): Panel => {
  const section = document.createElement('section');
  section.id = 'transcript';
  section.setAttribute('aria-label', 'Transcript');
  const header = document.createElement('header');
  const close = document.createElement('button');
  close.type = 'button';
  close.textContent = '✕';
  close.setAttribute('aria-label', 'Close the transcript');
  close.addEventListener('click', () => {
    section.hidden = true;
  });
  header.append('Transcript', close);
  const body = document.createElement('div');
  const reasoning = document.createElement('p');
  reasoning.className = 'reasoning';
  const text = document.createElement('p');
  body.append(reasoning, text);
  section.append(header, body);
  document.body.append(section);
  return { section, body, reasoning, text };
};

/** The panel is added to the document with the first delta. */
export const createTranscript = (document: Document): Transcript => {
  let panel: Panel | undefined;
  let shownId: string | undefined;
  return {
    append: ({ operationId, deltas }) => {
      panel ??= createPanel(document);
      const { section, body } = panel;
      if (operationId !== shownId) {
        shownId = operationId;
        panel.reasoning.textContent = '';
        panel.text.textContent = '';
        section.hidden = false;
      }
      for (const { kind, text } of deltas) panel[kind].append(text);
      body.scrollTop = body.scrollHeight;
    },
    hide: () => {
      if (panel !== undefined) panel.section.hidden = true;
    },
  };
};
