import { renderLink, renderMarkdown } from './render-markdown.ts';
import type { TranscriptState } from './transcript-state.ts';

const STATUS_LABELS = {
  running: 'Streaming…',
  waiting: 'Waits for your tool results',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
} as const;

/** The panel of the transcript. It is part of the response, above the latest event. */
export interface TranscriptView {
  readonly section: HTMLElement;
  readonly show: (state: TranscriptState) => void;
}

const createPart = (name: string, className: string): HTMLElement => {
  const part = document.createElement(name);
  part.className = className;
  return part;
};

const toStatus = ({ status, finishReason }: TranscriptState): string => {
  const label = STATUS_LABELS[status];
  return finishReason === undefined || finishReason === 'STOP' ? label : `${label}: ${finishReason}`;
};

const renderCalls = ({ toolCalls }: TranscriptState): readonly HTMLElement[] =>
  [...toolCalls.values()].map(({ name, argumentsText }) => {
    const call = createPart('code', 'call');
    const strong = document.createElement('strong');
    strong.textContent = name;
    call.append(strong, `(${argumentsText})`);
    return call;
  });

const renderSources = ({ sources }: TranscriptState): readonly HTMLElement[] =>
  [...sources].map(([address, title]) => {
    const item = document.createElement('li');
    item.append(address.startsWith('https://') ? renderLink(title, address) : title);
    return item;
  });

const renderCounts = ({ model, counts }: TranscriptState): readonly HTMLElement[] =>
  [...(model === undefined ? [] : [['model', model]]), ...Object.entries(counts)].map(
    ([label = '', value = '']) => {
      const count = document.createElement('span');
      const number = document.createElement('b');
      number.textContent = value;
      count.append(`${label} `, number);
      return count;
    },
  );

export const createTranscriptView = (onClose: () => void): TranscriptView => {
  const section = createPart('section', '');
  section.id = 'transcript';
  section.setAttribute('aria-label', 'Transcript');
  const header = createPart('header', '');
  const status = createPart('span', 'status');
  status.setAttribute('role', 'status');
  const close = document.createElement('button');
  close.type = 'button';
  close.textContent = '✕';
  close.setAttribute('aria-label', 'Close the transcript');
  close.addEventListener('click', onClose);
  header.append(status, close);
  const body = createPart('div', 'body');
  body.tabIndex = 0;
  const reasoning = createPart('p', 'reasoning');
  const calls = createPart('div', 'calls');
  const text = createPart('div', 'text');
  const failure = createPart('p', 'failure');
  const sources = createPart('ol', 'sources');
  const warnings = createPart('p', 'warnings');
  body.append(reasoning, calls, text, failure, sources, warnings);
  const footer = createPart('footer', '');
  section.append(header, body, footer);
  return {
    section,
    show: (state) => {
      section.dataset['status'] = state.status;
      // Set again, it would be announced again.
      if (status.textContent !== toStatus(state)) status.textContent = toStatus(state);
      const isAtEnd = body.scrollHeight - body.scrollTop - body.clientHeight < 40;
      reasoning.textContent = state.reasoning;
      calls.replaceChildren(...renderCalls(state));
      text.replaceChildren(...renderMarkdown(state.text));
      failure.textContent = state.failure ?? '';
      sources.replaceChildren(...renderSources(state));
      warnings.textContent = state.warnings.join(' ');
      footer.replaceChildren(...renderCounts(state));
      if (isAtEnd) body.scrollTop = body.scrollHeight;
    },
  };
};
