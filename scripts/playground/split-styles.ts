import { createHash } from 'node:crypto';

export interface Asset {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The file under a name that changes with its content. */
export const toAsset = (stem: string, extension: string, content: string | Buffer): Asset => {
  const bytes = Buffer.from(content as string);
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 16);
  return { name: `${stem}-${hash}.${extension}`, bytes };
};

const FONT = /url\(["']?data:font\/(woff2|woff|ttf);base64,([A-Za-z0-9+/=]+)["']?\)/g;

/** The styles with their fonts beside them: a browser loads those that it shows. */
export const splitStyles = (css: string): { readonly styles: string; readonly fonts: readonly Asset[] } => {
  const fonts = new Map<string, Asset>();
  const styles = css.replace(FONT, (_url, extension: string, base64: string) => {
    const font = toAsset('font', extension, Buffer.from(base64, 'base64'));
    fonts.set(font.name, font);
    return `url(${font.name})`;
  });
  return { styles, fonts: [...fonts.values()] };
};
