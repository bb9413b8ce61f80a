// SPDX-License-Identifier: MIT

export interface Segment<Value extends string> {
  value: Value;
  title: string;
  hint?: string;
}

export interface SegmentsProps<Value extends string> {
  /** Said of it to those who cannot see it. */
  legend: string;
  /** Of the group of radio buttons. */
  name: string;
  segments: readonly Segment<Value>[];
  /** A signal, or what reads one. */
  chosen: { value: Value };
}

/** One of a few, side by side. */
export function Segments<Value extends string>({ legend, name, segments, chosen }: SegmentsProps<Value>) {
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">{legend}</legend>
      {segments.map(({ value, title, hint }) => (
        <label key={value} title={hint}>
          <input
            type="radio"
            name={name}
            value={value}
            checked={chosen.value === value}
            onChange={() => {
              chosen.value = value;
            }}
          />
          <span>{title}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Chooses the one after the current, from the start again after the last. */
export function chooseNext<Value extends string>(segments: readonly Segment<Value>[], chosen: { value: Value }): void {
  const place = segments.findIndex(({ value }) => value === chosen.value);
  chosen.value = segments[(place + 1) % segments.length].value;
}
