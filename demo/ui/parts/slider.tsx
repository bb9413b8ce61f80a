// SPDX-License-Identifier: MIT

import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

export interface SliderProps {
  title: string;
  /** The parameter's own name, where the library has one. */
  parameter?: string;
  hint?: ComponentChildren;
  value: number;
  least: number;
  most: number;
  step: number;
  /** With equal factors for equal ways: for lengths, where 1 and 2 differ as 10 and 20 do. */
  isLogarithmic?: boolean;
  /** The value with its unit. */
  format: (value: number) => string;
  onChange: (value: number) => void;
}

/** Ways of a logarithmic slider. */
const notches = 200;

export function Slider(props: SliderProps) {
  const { title, parameter, hint, value, least, most, step, isLogarithmic, format, onChange } = props;
  const id = useId();
  const range = isLogarithmic
    ? { min: 0, max: notches, step: 1, value: notches * (Math.log(value / least) / Math.log(most / least)) }
    : { min: least, max: most, step, value };
  const change = (position: number) => {
    const exact = isLogarithmic ? least * (most / least) ** (position / notches) : position;
    // Without the tail of digits that steps of 0.1 have.
    onChange(Number((Math.round(exact / step) * step).toPrecision(6)));
  };
  return (
    <div class="slider">
      <label for={id}>
        {title}
        {parameter && <code>{parameter}</code>}
      </label>
      <output for={id}>{format(value)}</output>
      <input
        id={id}
        type="range"
        {...range}
        aria-valuetext={format(value)}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onInput={({ currentTarget }) => change(currentTarget.valueAsNumber)}
      />
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
