// SPDX-License-Identifier: MIT

import { useEffect, useRef } from 'preact/hooks';
import type { ChartData } from './draw-chart.js';

export interface ChartProps extends ChartData {
  /** What the plot shows, for those who cannot see it. */
  description: string;
}

/** A small line plot in the page's own colours. What draws it is loaded with the first one. */
export function Chart({ description, x, y, xTitle, format }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let observer: ResizeObserver | undefined;
    let isGone = false;
    import('./draw-chart.js').then(({ drawChart }) => {
      if (isGone) return;
      observer = new ResizeObserver(() =>
        element.replaceChildren(drawChart({ x, y, xTitle, format }, element.clientWidth)),
      );
      observer.observe(element);
    });
    return () => {
      isGone = true;
      observer?.disconnect();
    };
  }, [x, y, xTitle, format]);
  return <div ref={place} class="chart" role="img" aria-label={description} />;
}
