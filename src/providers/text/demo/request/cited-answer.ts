import type { TextRequest } from '../../../../core/text-request.ts';
import type { DemoStep } from './demo-script.ts';
import { echo } from './answer.ts';
import { lastUserTextOf } from './request-text.ts';
import type { Source } from './subject-answer.ts';
import { findAnswerOn } from './subjects.ts';

const EVENT_STREAMS: Source = {
  url: 'https://html.spec.whatwg.org/multipage/server-sent-events.html',
  title: 'HTML Standard: server-sent events',
};
const GRAPHQL_SPECIFICATION: Source = {
  url: 'https://spec.graphql.org/draft/#sec-Subscription-Operation-Definitions',
  title: 'GraphQL specification: subscriptions',
};

const text = (words: string): DemoStep => ({ type: 'text', text: words });

const cited = (words: string, source: Source): DemoStep => ({ type: 'cited-text', text: words, source });

/** An answer with the sources of its sentences. They are pages that exist; the demo reads none of them. */
export const citedAnswer = (request: TextRequest): readonly DemoStep[] => {
  const subject = findAnswerOn(lastUserTextOf(request));
  const end = text('\n\n*A scripted answer with scripted sources: nothing was searched for.*');
  if (subject !== undefined)
    return [cited(subject.opening, subject.source), text(`\n\n${subject.body}`), end];
  return [
    text(
      `${echo(request)} The demo cannot search for that, so it cites two pages on how this answer reaches you. `,
    ),
    cited('A subscription asks for a stream of results, one for each event.', GRAPHQL_SPECIFICATION),
    text(' '),
    cited(
      'Over HTTP these travel as server-sent events: lines of text in a response that stays open.',
      EVENT_STREAMS,
    ),
    end,
  ];
};
