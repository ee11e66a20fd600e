/** Paths on a grid of 20, drawn with a line of the text's colour. */
const PATHS = {
  attach:
    'M13.5 6.5 7.8 12.2a1.8 1.8 0 0 0 2.5 2.5l6-6a3.5 3.5 0 0 0-5-5l-6.2 6.3a5.3 5.3 0 0 0 7.4 7.4l4.5-4.4',
  back: 'M12 5 7 10l5 5',
  chevron: 'm6 8 4 4 4-4',
  check: 'm4.5 10.5 3.5 3.5 7.5-8',
  close: 'M5 5l10 10M15 5 5 15',
  copy: 'M7 7V4.5h8.5V13H13M4.5 7H13v8.5H4.5z',
  down: 'M10 4v12m0 0 5-5m-5 5-5-5',
  edit: 'M12.5 4.5l3 3L7 16l-3.5.5L4 13z',
  file: 'M5 3.5h6.5L15 7v9.5H5zM11.5 3.5V7H15',
  forward: 'm8 5 5 5-5 5',
  menu: 'M3.5 6h13M3.5 10h13M3.5 14h13',
  moon: 'M15.5 12A6.2 6.2 0 0 1 8 4.5 6.2 6.2 0 1 0 15.5 12z',
  plus: 'M10 4v12M4 10h12',
  regenerate: 'M15.5 8A6 6 0 0 0 4.8 7M4.5 4v3.2h3.2M4.5 12a6 6 0 0 0 10.7 1m.3 3v-3.2h-3.2',
  search: 'M8.8 14.1a5.3 5.3 0 1 0 0-10.6 5.3 5.3 0 0 0 0 10.6zM12.7 12.7l4 4',
  send: 'M10 16V4m0 0L5 9m5-5 5 5',
  settings: 'M3.5 6.5h7m4 0h2M3.5 13.5h2m4 0h7M12.5 4.5v4M7.5 11.5v4',
  spark: 'M10 3.5 11.6 8.4 16.5 10l-4.9 1.6L10 16.5l-1.6-4.9L3.5 10l4.9-1.6z',
  stop: 'M6 6h8v8H6z',
  sun: 'M10 13.3a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6zM10 2.5v1.6m0 11.8v1.6M2.5 10h1.6m11.8 0h1.6M4.7 4.7l1.1 1.1m8.4 8.4 1.1 1.1m0-10.6-1.1 1.1m-8.4 8.4-1.1 1.1',
  system: 'M3.5 4.5h13v9h-13zM7 16.5h6',
  tool: 'M12.2 3.8a4 4 0 0 0-4.6 5.3l-4 4a1.6 1.6 0 0 0 2.3 2.3l4-4a4 4 0 0 0 5.3-4.6l-2.4 2.4-2.3-.6-.6-2.3z',
  trash: 'M4.5 6h11M8 6V4h4v2M6 6l.7 10h6.6L14 6',
  warning: 'M10 3.5 17 16H3zM10 8v4m0 2v.2',
} as const;

export type IconName = keyof typeof PATHS;

export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg className="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
    <path
      d={PATHS[name]}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  </svg>
);
