import { useEffect, useState } from 'react';
import { Icon } from '../icon.tsx';
import { formatBytes } from '../lib/format.ts';

const useObjectUrl = (file: File): string | undefined => {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!/^image\/(?:png|jpeg|gif|webp|avif)$/.test(file.type)) return;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
};

const Attachment = ({ file, onRemove }: { readonly file: File; readonly onRemove: () => void }) => {
  const url = useObjectUrl(file);
  return (
    <li className="file-chip">
      {url === undefined ? <Icon name="file" /> : <img src={url} alt="" />}
      <span className="file-name">{file.name}</span>
      <span className="file-size">{formatBytes(file.size)}</span>
      <button type="button" className="icon-button" onClick={onRemove} aria-label={`Remove ${file.name}`}>
        <Icon name="close" />
      </button>
    </li>
  );
};

interface AttachmentListProps {
  readonly files: readonly File[];
  readonly onRemove: (file: File) => void;
}

export const AttachmentList = ({ files, onRemove }: AttachmentListProps) =>
  files.length === 0 ? null : (
    <ul className="files" aria-label="Attached">
      {files.map((file) => (
        <Attachment key={`${file.name} ${file.lastModified}`} file={file} onRemove={() => onRemove(file)} />
      ))}
    </ul>
  );
