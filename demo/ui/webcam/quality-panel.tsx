// SPDX-License-Identifier: MIT

import { liveDefaults, liveWorkingSizes } from '../../webcam/live-defaults.js';
import type { LiveSession } from '../../webcam/live-session.js';
import { NetworkPicker } from '../panels/network-picker.js';
import { Slider } from '../parts/slider.js';

/** What is traded for speed, and what for calm. */
export function QualityPanel({ live }: { live: LiveSession }) {
  const { timeline, quality } = live;
  const { report } = live.figures;
  const framesPerSecond = timeline.cell('frame rate', quality.framesPerSecond);
  const smoothing = timeline.cell('smoothing', quality.smoothing);
  const workingSize = timeline.cell('working size', quality.workingSize);
  return (
    <>
      <NetworkPicker
        use="both"
        chosen={timeline.cell('network', quality.network)}
        {...(report.value && { inputSize: timeline.cell('network size', quality.inputSize), seen: report.value.input })}
        loading={live.progress.loading.value}
        onCancel={() => live.cancelLoading()}
      />
      <div class="part">
        <label class="switch">
          <input
            type="checkbox"
            checked={framesPerSecond.value !== null}
            onChange={({ currentTarget }) => {
              framesPerSecond.value = currentTarget.checked ? liveDefaults.framesPerSecond : null;
            }}
          />
          Adapt the quality to {liveDefaults.framesPerSecond} frames a second
        </label>
        <p class="hint" aria-live="polite">
          {framesPerSecond.value === null
            ? 'The quality stays as it is set, however long a frame takes.'
            : (report.value?.budget ??
              'Working size, iterations and how often the network runs are chosen while the camera is on.')}
        </p>
        {report.value && (
          <p class="hint">
            This frame: {report.value.workingWidth} × {report.value.workingHeight} px, {report.value.iterations}{' '}
            {report.value.iterations === 1 ? 'iteration' : 'iterations'},{' '}
            {report.value.networkRan ? 'with the network' : 'with the network’s result of an earlier frame'}.
          </p>
        )}
        <label class="field">
          <span>Working size, at most</span>
          <select
            value={workingSize.value}
            onChange={({ currentTarget }) => {
              workingSize.value = Number(currentTarget.value);
            }}
          >
            {liveWorkingSizes.map((size) => (
              <option key={size} value={size}>
                {size} px
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="part">
        <Slider
          title="Smoothing over time"
          parameter="strength"
          hint="Steadies the mask where the picture does not change. 0 switches it off."
          value={smoothing.value}
          least={0}
          most={0.95}
          step={0.05}
          format={(value) => (value === 0 ? 'off' : value.toFixed(2))}
          onChange={(value) => {
            smoothing.value = value;
          }}
        />
      </div>
    </>
  );
}
