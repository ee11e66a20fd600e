import { CopyButton } from '../copy-button.tsx';
import { showDirectionControls } from './plain-text.ts';

/** Code as it was written; the copy has every character, also those that are made visible here. */
export const CodeBlock = ({ language, code }: { readonly language: string; readonly code: string }) => {
  const [name = ''] = language.trim().split(/\s/);
  return (
    <figure className="code-block">
      <figcaption>
        <span>{name === '' ? 'text' : name.slice(0, 32)}</span>
        <CopyButton text={code} label="Copy the code" />
      </figcaption>
      <pre tabIndex={0} dir="ltr">
        <code>{showDirectionControls(code)}</code>
      </pre>
    </figure>
  );
};
