import type { CitationPart } from 'modelgraph-client/react';
import { toSafeUrl } from '../markdown/safe-url.ts';
import { withoutDirectionControls } from '../markdown/plain-text.ts';

const Source = ({ citation: { url, title, snippet } }: { readonly citation: CitationPart }) => {
  const target = url === null ? undefined : toSafeUrl(url);
  const name = withoutDirectionControls(title ?? target?.hostname ?? snippet ?? 'A source');
  if (target === undefined) return <span className="source">{name}</span>;
  return (
    <a
      className="source"
      href={target.href}
      target="_blank"
      rel="noopener noreferrer"
      title={snippet ?? target.href}
    >
      {name} <span className="source-host">{target.hostname}</span>
    </a>
  );
};

export const Sources = ({ citations }: { readonly citations: readonly CitationPart[] }) =>
  citations.length === 0 ? null : (
    <section className="sources" aria-label="Sources">
      <ol>
        {citations.map((citation, index) => (
          <li key={index}>
            <Source citation={citation} />
          </li>
        ))}
      </ol>
    </section>
  );
