import { useState } from 'react';
import { toSafeUrl } from './safe-url.ts';

/** An image that a model's text names. Loading it tells its host that the text was read, so the reader decides. */
export const RemoteImage = ({ href, alt }: { readonly href: string; readonly alt: string }) => {
  const [wanted, setWanted] = useState(false);
  const url = toSafeUrl(href);
  if (url?.protocol !== 'https:') return <span className="refused-link">{alt}</span>;
  if (wanted)
    return (
      <img className="remote-image" src={url.href} alt={alt} referrerPolicy="no-referrer" decoding="async" />
    );
  return (
    <button type="button" className="remote-image-button" onClick={() => setWanted(true)} title={url.href}>
      Show the image{alt === '' ? '' : ` “${alt}”`} from {url.hostname}
    </button>
  );
};
