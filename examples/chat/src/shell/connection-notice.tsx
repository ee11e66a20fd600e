import type { ConnectionView } from 'modelgraph-client/react';
import { useEffect, useState } from 'react';

const useSecondsUntil = (time: number | undefined): number | undefined => {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (time === undefined) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [time]);
  return time === undefined ? undefined : Math.max(0, Math.ceil((time - now) / 1_000));
};

interface ConnectionNoticeProps {
  readonly connection: ConnectionView;
  readonly modelsFailed: boolean;
  readonly onReloadModels: () => void;
}

/** Says that the server is out of reach, and when the next try is made. */
export const ConnectionNotice = ({ connection, modelsFailed, onReloadModels }: ConnectionNoticeProps) => {
  const { state, nextTryAt, retryNow } = connection;
  const seconds = useSecondsUntil(nextTryAt);
  if (state !== 'offline' && state !== 'server-away' && !modelsFailed) return null;
  const retry = (): void => {
    retryNow();
    if (modelsFailed) onReloadModels();
  };
  return (
    <div className="notice" role="status">
      <p>
        {state === 'offline' ? 'This device is offline.' : 'The server does not answer.'} An answer that is
        being written goes on as soon as the connection is back.
      </p>
      <button type="button" className="text-button" onClick={retry}>
        Try now
        {seconds !== undefined && seconds > 0 && <span aria-hidden="true"> ({seconds} s)</span>}
      </button>
    </div>
  );
};
