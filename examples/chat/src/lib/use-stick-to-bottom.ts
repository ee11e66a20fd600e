import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';

/** Nearer than this to the end counts as the end, in pixels. */
const NEAR = 48;

export interface StickToBottom {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  readonly isAtBottom: boolean;
  readonly jump: () => void;
}

/** Keeps the end of a growing text in view, unless the reader has scrolled up. */
export const useStickToBottom = (): StickToBottom => {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const [isAtBottom, setAtBottom] = useState(true);
  const jump = useCallback(() => {
    sticks.current = true;
    setAtBottom(true);
    const { current } = scroller;
    if (current !== null) current.scrollTop = current.scrollHeight;
  }, []);
  useEffect(() => {
    const { current: outer } = scroller;
    const { current: inner } = content;
    if (outer === null || inner === null) return;
    let lastTop = outer.scrollTop;
    const onScroll = (): void => {
      const isNear = outer.scrollHeight - outer.scrollTop - outer.clientHeight < NEAR;
      // Growth alone does not move the reader: only scrolling up lets go.
      if (isNear) sticks.current = true;
      else if (outer.scrollTop < lastTop) sticks.current = false;
      lastTop = outer.scrollTop;
      setAtBottom(sticks.current);
    };
    const observer = new ResizeObserver(() => {
      if (sticks.current) outer.scrollTop = outer.scrollHeight;
    });
    observer.observe(inner);
    observer.observe(outer);
    outer.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      outer.removeEventListener('scroll', onScroll);
    };
  }, []);
  return { scroller, content, isAtBottom, jump };
};
