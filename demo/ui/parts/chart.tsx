// SPDX-License-Identifier: MIT

import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface ChartProps {
  /** What the plot shows, for those who cannot see it. */
  description: string;
  x: readonly number[];
  y: readonly number[];
  xTitle: string;
  isLogarithmic?: boolean;
  format: (value: number) => string;
}

const height = 120;

/** A small line plot in the page's own colours. */
export function Chart({ description, x, y, xTitle, isLogarithmic, format }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const draw = () => {
      const plot = new uPlot(optionsOf(element, xTitle, isLogarithmic ?? false, format), [[...x], [...y]], element);
      const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
      observer.observe(element);
      return () => {
        observer.disconnect();
        plot.destroy();
      };
    };
    let clear = draw();
    // A canvas does not follow the colour scheme by itself.
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const redraw = () => {
      clear();
      clear = draw();
    };
    scheme.addEventListener('change', redraw);
    return () => {
      scheme.removeEventListener('change', redraw);
      clear();
    };
  }, [x, y, xTitle, isLogarithmic, format]);
  return <div ref={place} class="chart" role="img" aria-label={description} />;
}

function optionsOf(
  element: HTMLElement,
  xTitle: string,
  isLogarithmic: boolean,
  format: (value: number) => string,
): uPlot.Options {
  const style = getComputedStyle(element);
  const [ink, line, accent] = ['--ink-muted', '--line', '--accent'].map((name) => resolved(element, name));
  const font = `12px ${style.fontFamily}`;
  const axis = { stroke: ink, font, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1, size: 4 } };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false },
      y: isLogarithmic ? { distr: 3, range: (_, least, most) => uPlot.rangeLog(least, most, 10, true) } : {},
    },
    axes: [
      { ...axis, label: xTitle, labelFont: font, labelSize: 16, size: 22, space: 36, incrs: [1, 2, 5, 10] },
      { ...axis, size: 52, space: 28, values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : format(tick))) },
    ],
    series: [{}, { stroke: accent, width: 2, points: { show: true, size: 5, fill: accent } }],
  };
}

/** Canvases know no `light-dark()`: the browser is asked what it makes of it here. */
function resolved(element: HTMLElement, property: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${property})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
