import type { ReactNode } from 'react';
import { findOtherHost, toSafeUrl } from './safe-url.ts';

interface SafeLinkProps {
  readonly href: string;
  /** What the reader sees. */
  readonly text: string;
  readonly children: ReactNode;
}

/** A link out of a model's text; where it may not be followed, its text alone. */
export const SafeLink = ({ href, text, children }: SafeLinkProps) => {
  const url = toSafeUrl(href);
  if (url === undefined) return <span className="refused-link">{children}</span>;
  const host = findOtherHost(url, text);
  return (
    <>
      <a href={url.href} title={url.href} target="_blank" rel="noopener noreferrer">
        {children}
      </a>
      {host !== undefined && <span className="link-host"> (leads to {host})</span>}
    </>
  );
};
