/** What there is of a page where this runs: nothing in Node, some of it in a worker. */
interface PageGlobals {
  readonly location?: { readonly href: string };
  readonly document?: { readonly visibilityState: string } & Pick<
    EventTarget,
    'addEventListener' | 'removeEventListener'
  >;
  readonly navigator?: { readonly onLine?: boolean };
  readonly addEventListener?: EventTarget['addEventListener'];
  readonly removeEventListener?: EventTarget['removeEventListener'];
}

export const page = globalThis as PageGlobals;

/** Whether the device says that it has no network. */
export const isOffline = (): boolean => page.navigator?.onLine === false;
