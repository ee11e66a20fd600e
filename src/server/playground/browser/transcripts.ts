import type { OperationMessage } from './read-operation-message.ts';
import { applyChange, EMPTY_TRANSCRIPT, type TranscriptState } from './transcript-state.ts';
import { createHint } from './create-hint.ts';
import { createTranscriptView } from './transcript-view.ts';

/**
 * Text, reasoning and tool calls as they grow, because GraphiQL shows only the latest event of a subscription. Each tab
 * has the transcript of its own latest operation.
 */
export interface Transcripts {
  /** Called before an operation is sent: it belongs to the tab that is active. */
  readonly begin: (operationId: string) => void;
  readonly apply: (message: OperationMessage) => void;
}

const findActiveTab = (): Element | undefined => document.querySelector('.graphiql-tab-active') ?? undefined;

/** GraphiQL keeps the element of a tab for as long as the tab is open. */
export const createTranscripts = (): Transcripts => {
  const tabOf = new Map<string, Element>();
  const latestIn = new WeakMap<Element, string>();
  const shownIn = new WeakMap<Element, TranscriptState>();
  let isDue = false;

  const view = createTranscriptView(() => {
    const tab = findActiveTab();
    if (tab === undefined) return;
    latestIn.delete(tab);
    shownIn.delete(tab);
    schedule();
  });

  const hint = createHint();

  const show = (): void => {
    isDue = false;
    const tab = findActiveTab();
    const shown = tab === undefined ? undefined : shownIn.get(tab);
    const response = document.querySelector('.graphiql-response');
    if (response === null) return;
    if (shown === undefined) {
      view.section.remove();
      if (hint.parentElement !== response) response.prepend(hint);
      return;
    }
    hint.remove();
    if (view.section.parentElement !== response) response.prepend(view.section);
    view.show(shown);
  };

  const schedule = (): void => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(show);
  };

  // Another tab becomes the active one by a class on its element.
  new MutationObserver((changes) => {
    if (changes.some(({ target }) => target instanceof Element && target.closest('.graphiql-tabs') !== null))
      schedule();
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ['class'] });

  const start = new MutationObserver(() => {
    if (document.querySelector('.graphiql-response') === null) return;
    start.disconnect();
    schedule();
  });
  start.observe(document, { subtree: true, childList: true });

  return {
    begin: (operationId) => {
      const tab = findActiveTab();
      if (tab === undefined) return;
      tabOf.set(operationId, tab);
      latestIn.set(tab, operationId);
      shownIn.delete(tab);
      schedule();
    },
    apply: ({ operationId, changes }) => {
      const tab = tabOf.get(operationId);
      // An operation that was replaced by a later one in its tab, or closed, is not shown any more.
      if (tab === undefined || latestIn.get(tab) !== operationId) return;
      shownIn.set(tab, changes.reduce(applyChange, shownIn.get(tab) ?? EMPTY_TRANSCRIPT));
      schedule();
    },
  };
};
