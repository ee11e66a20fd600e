import type { ChatFailure } from 'modelgraph-client/react';
import { Icon } from '../icon.tsx';

interface FailureProps {
  readonly failure: ChatFailure;
  /** Whether part of the answer stands above. */
  readonly hasText: boolean;
  readonly onRetry?: () => Promise<boolean>;
}

/** What to say of a code in the words of a reader; the server's own message says the rest. */
const TITLES: Readonly<Record<string, string>> = {
  SERVER_AWAY: 'The server could not be reached',
  OFFLINE: 'This device is offline',
  RATE_LIMITED: 'Too many requests at once',
  PROVIDER_RATE_LIMITED: 'The provider asks for a pause',
  PROVIDER_OVERLOADED: 'The provider is overloaded',
  CONTENT_FILTERED: 'The provider refused to answer',
  BUDGET_EXCEEDED: 'The budget is used up',
};

export const Failure = ({
  failure: { code, message, suggestion, retryAfterMs },
  hasText,
  onRetry,
}: FailureProps) => (
  <div className="failure">
    <Icon name="warning" />
    <div>
      <p className="failure-title">
        {TITLES[code] ?? (hasText ? 'The answer broke off' : 'There is no answer')} <code>{code}</code>
      </p>
      <p>
        {message} {suggestion}
        {retryAfterMs !== undefined && ` Wait ${Math.ceil(retryAfterMs / 1_000)} s before the next try.`}
      </p>
    </div>
    {onRetry !== undefined && (
      <button type="button" className="text-button" onClick={() => void onRetry()}>
        Try again
      </button>
    )}
  </div>
);
