// SPDX-License-Identifier: MIT

import type { Session } from '../../state/session.js';

/** Milliseconds that the handle takes across the picture. */
const duration = 2600;

/**
 * Shows a first visitor what refinement does: the handle between before and after goes over the picture once. Not where a link says what to show, not
 * where the visitor wants less motion, and no longer than until something is touched.
 */
export function sweepOnce(session: Session): void {
  if (location.hash !== '' || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const ended = new AbortController();
  const end = () => {
    if (ended.signal.aborted) return;
    ended.abort();
    session.look.divider.value = null;
  };
  for (const kind of ['pointerdown', 'keydown', 'wheel'] as const) {
    addEventListener(kind, end, { signal: ended.signal, capture: true, passive: true });
  }
  const stop = session.results.refinementCount.subscribe((count) => {
    if (count === 0 || ended.signal.aborted) return;
    queueMicrotask(() => stop());
    const start = performance.now();
    requestAnimationFrame(function next(now) {
      if (ended.signal.aborted) return;
      const share = Math.max(0, now - start) / duration;
      if (share >= 1) {
        end();
        return;
      }
      // Slow at both ends.
      session.look.divider.value = 0.5 + 0.5 * Math.cos(Math.PI * share);
      requestAnimationFrame(next);
    });
  });
}
