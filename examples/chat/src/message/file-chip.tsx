import type { FilePart } from 'modelgraph-client/react';
import { Icon } from '../icon.tsx';
import { formatBytes } from '../lib/format.ts';

/** Types that a browser shows without running anything in them; SVG is none of them. */
const SHOWN_IMAGES = /^image\/(?:png|jpeg|gif|webp|avif)$/;

export const FileChip = ({
  file: { filename, mediaType, sizeBytes, dataUrl },
}: {
  readonly file: FilePart;
}) => (
  <li className="file-chip">
    {dataUrl !== null && SHOWN_IMAGES.test(mediaType) ? <img src={dataUrl} alt="" /> : <Icon name="file" />}
    <span className="file-name">{filename}</span>
    <span className="file-size">{dataUrl === null ? 'not kept' : formatBytes(sizeBytes)}</span>
  </li>
);
