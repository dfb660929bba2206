/** A picture that is drawn after the text can be read: what is seen first is the verdict. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

interface LazyProps {
  readonly height: number;
  readonly children: () => ComponentChildren;
}

export function Lazy({ height, children }: LazyProps) {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    // Two frames: one to lay out the text, one to paint it.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => setReady(true));
    });
    const now = (): void => setReady(true);
    addEventListener('beforeprint', now);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('beforeprint', now);
    };
  }, []);
  return ready ? <>{children()}</> : <div style={{ minHeight: `${height}px` }} aria-hidden="true" />;
}
