// SPDX-License-Identifier: MIT

import type { ComponentChildren } from 'preact';
import { workingSizes } from '../photo/photo.js';
import type { Session } from '../state/session.js';

/** What was computed, on what, and how long it took. */
export function Readout({ session }: { session: Session }) {
  const refinement = session.refinement.value;
  return (
    <dl class="readout" data-busy={session.isBusy.value}>
      <Entry title="Picture" value={<WorkingSize session={session} />} />
      <Entry
        title="Computed by"
        value={refinement ? `${refinement.backend === 'webgpu' ? 'WebGPU' : 'CPU'}${adapter(refinement)}` : '–'}
      />
      <Entry title="Labels, rounds" value={refinement ? `${refinement.labelCount}, ${refinement.iterations}` : '–'} />
      <Entry title="CRF" value={refinement ? milliseconds(refinement.refineMilliseconds) : '–'} isLive />
      <Entry title="Colours" value={refinement ? colourTime(refinement.colourMilliseconds) : '–'} />
      <Entry title="At the pointer" value={<AtPointer session={session} />} />
    </dl>
  );
}

interface EntryProps {
  title: string;
  value: ComponentChildren;
  /** Shows that a new value is on its way. */
  isLive?: boolean;
}

function Entry({ title, value, isLive }: EntryProps) {
  return (
    <div class={isLive ? 'is-live' : undefined}>
      <dt>{title}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function WorkingSize({ session }: { session: Session }) {
  const { photo, picture, workingSize } = session;
  if (!photo.value || !picture.value) return <>–</>;
  const { width, height } = picture.value;
  const isReduced = photo.value.width !== width;
  return (
    <>
      <span class="size">
        {width} × {height} px
      </span>
      {isReduced && (
        <span class="muted">
          from {photo.value.width} × {photo.value.height}
        </span>
      )}
      <select
        class="small-select"
        aria-label="Working size: at most this many pixels on the long side"
        title="At most this many pixels on the long side"
        value={workingSize.value}
        onChange={({ currentTarget }) => {
          workingSize.value = Number(currentTarget.value);
        }}
      >
        {workingSizes.map((size) => (
          <option key={size} value={size}>
            ≤ {size}
          </option>
        ))}
      </select>
    </>
  );
}

function AtPointer({ session }: { session: Session }) {
  const { pointer, refinement, labels } = session;
  const place = pointer.value;
  const result = refinement.value;
  if (!place || !result) return <>–</>;
  const x = Math.min(result.width - 1, Math.max(0, Math.floor(place.x * result.width)));
  const y = Math.min(result.height - 1, Math.max(0, Math.floor(place.y * result.height)));
  const pixel = y * result.width + x;
  const { labels: map, confidence } = result.after;
  return (
    <>
      {labels.value[map[pixel]].name}, {Math.round((100 * confidence[pixel]) / 255)} %
    </>
  );
}

function adapter({ backend, adapterName }: { backend: string; adapterName: string }): string {
  return backend === 'webgpu' ? ` · ${adapterName}` : '';
}

function milliseconds(time: number): string {
  if (time >= 1000) return `${(time / 1000).toFixed(1)} s`;
  return `${time < 10 ? time.toFixed(1) : Math.round(time)} ms`;
}

function colourTime(time: number): string {
  return time === 0 ? 'as before' : milliseconds(time);
}
