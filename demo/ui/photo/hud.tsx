// SPDX-License-Identifier: MIT

import type { ComponentChildren } from 'preact';
import { workingSizes } from '../../photo/photo.js';
import type { Session } from '../../state/session.js';
import type { StageStatistics } from '../../state/statistics.js';
import { bytes, milliseconds } from '../parts/format.js';

/** What was computed, on what, and how long it took. */
export function Hud({ session }: { session: Session }) {
  const refinement = session.results.refinement.value;
  const statistics = refinement ? session.measurements.statistics.value : [];
  const isByMarks = session.choice.ownsLabels.value;
  return (
    <dl class="hud" data-busy={session.busyWith.value !== undefined}>
      <HudEntry title="Picture">
        <WorkingSize session={session} />
      </HudEntry>
      <HudEntry title="Computed by">
        {refinement ? <Adapter backend={refinement.backend} name={refinement.adapterName} /> : '–'}
      </HudEntry>
      <HudEntry
        title={isByMarks ? 'Marks took' : 'Network took'}
        hint="Median of the last results. The tab Measure has more"
      >
        <Time statistics={statistics} stage="network" />
      </HudEntry>
      <HudEntry title="Refinement took" hint="Median of the last results. The tab Measure has more" isLive>
        <Time statistics={statistics} stage="refine" />
      </HudEntry>
      {refinement?.bytesHeld !== undefined && (
        <>
          <HudEntry title="GPU memory">{bytes(refinement.bytesHeld)}</HudEntry>
          <HudEntry
            title="Readback"
            hint="Bytes that left the GPU for this result. Legend, pointer and export need them"
          >
            {bytes(refinement.bytesReadBack)}
          </HudEntry>
        </>
      )}
    </dl>
  );
}

export interface HudEntryProps {
  title: string;
  hint?: string;
  /** Shows that a new value is on its way. */
  isLive?: boolean;
  children: ComponentChildren;
}

export function HudEntry({ title, hint, isLive, children }: HudEntryProps) {
  return (
    <div class={isLive ? 'is-live' : undefined} title={hint}>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Adapter({ backend, name }: { backend: string; name: string }) {
  return backend === 'cpu' ? (
    <>CPU</>
  ) : (
    <>
      WebGPU <span class="muted">{name}</span>
    </>
  );
}

/** The median: a number of few digits, as the picture has what the figures leave. */
export function Time({ statistics, stage }: { statistics: readonly StageStatistics[]; stage: string }) {
  const found = statistics.find((one) => one.stage === stage);
  return <>{found ? milliseconds(found.median) : '–'}</>;
}

function WorkingSize({ session }: { session: Session }) {
  const { photo, picture } = session.open;
  const workingSize = session.timeline.cell('working size', session.open.workingSize);
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
