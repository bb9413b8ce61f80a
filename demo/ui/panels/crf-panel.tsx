// SPDX-License-Identifier: MIT

import { crfSchema, type Normalization } from '../../../src/index.js';
import {
  areSameSettings,
  type CrfSettings,
  defaultSettings,
  normalizations,
  ownPresets,
  type Preset,
  presetOf,
  publishedPresets,
  remedies,
  settingsOfPreset,
} from '../../state/crf-settings.js';
import type { Cell } from '../../state/timeline.js';
import { Slider } from '../parts/slider.js';

const pixels = (value: number) => `${value} px`;
const levels = (value: number) => `${value} levels`;
const plain = (value: number) => String(value);

const option = ({ id, title }: Preset) => (
  <option key={id} value={id}>
    {title}
  </option>
);

export interface CrfPanelProps {
  settings: Cell<CrfSettings>;
  /** What Reset goes back to. */
  initial?: CrfSettings;
}

export function CrfPanel({ settings: chosen, initial = defaultSettings }: CrfPanelProps) {
  const settings = chosen.value;
  const preset = presetOf(settings);
  const change = (changed: Partial<CrfSettings>) => {
    chosen.value = { ...settings, ...changed };
  };
  return (
    <>
      <div class="part-head">
        <h3>Parameters</h3>
        <button
          type="button"
          class="button quiet"
          disabled={areSameSettings(settings, initial)}
          onClick={() => change(initial)}
        >
          Reset
        </button>
      </div>
      <label class="field">
        <span>Preset</span>
        <select
          value={preset?.id ?? 'custom'}
          onChange={({ currentTarget }) => {
            const settings = settingsOfPreset(currentTarget.value);
            if (settings) change(settings);
          }}
        >
          {ownPresets.map(option)}
          <optgroup label="From papers and their code">{publishedPresets.map(option)}</optgroup>
          {!preset && <option value="custom">Your own</option>}
        </select>
      </label>
      {preset && <p class="hint">{preset.hint}</p>}
      <Remedies settings={settings} change={change} />
      <Slider
        title="Iterations"
        {...rangeOf(crfSchema.parameters.iterations)}
        value={settings.iterations}
        format={plain}
        onChange={(iterations) => change({ iterations })}
      />
      <BilateralKernel settings={settings} change={change} />
      <SpatialKernel settings={settings} change={change} />
    </>
  );
}

/** What a slider takes from the library's schema. */
function rangeOf(schema: {
  hint: string;
  usual: readonly [low: number, high: number];
  step: number;
  isLogarithmic?: boolean;
}) {
  const { hint, usual, step, isLogarithmic = false } = schema;
  return { hint, least: usual[0], most: usual[1], step, isLogarithmic };
}

/** Plain words for what one sees, and a step in the direction that helps. */
function Remedies({ settings, change }: KernelProps) {
  return (
    <ul class="remedies" aria-label="If something is wrong">
      {remedies.map(({ trouble, advice, change: helped }) => {
        const changed = helped(settings);
        return (
          <li key={trouble}>
            <button
              type="button"
              class="button"
              disabled={!changed}
              title={advice}
              onClick={() => changed && change(changed)}
            >
              {trouble}?
            </button>
            <span class="hint">{advice}</span>
          </li>
        );
      })}
    </ul>
  );
}

interface KernelProps {
  settings: CrfSettings;
  change: (changed: Partial<CrfSettings>) => void;
}

function BilateralKernel({ settings, change }: KernelProps) {
  const { bilateral } = settings;
  const set = (changed: Partial<CrfSettings['bilateral']>) => change({ bilateral: { ...bilateral, ...changed } });
  return (
    <fieldset class="kernel">
      <KernelSwitch
        title="Follow the colours"
        kernel="bilateral"
        isOn={bilateral.isOn}
        onChange={(isOn) => set({ isOn })}
      />
      {bilateral.isOn && (
        <>
          <Slider
            title="Reach"
            parameter="sigmaXY"
            {...rangeOf(crfSchema.bilateral.sigmaXY)}
            value={bilateral.sigmaXY}
            format={pixels}
            onChange={(sigmaXY) => set({ sigmaXY })}
          />
          <Slider
            title="Colour tolerance"
            parameter="sigmaRGB"
            {...rangeOf(crfSchema.bilateral.sigmaRGB)}
            value={bilateral.sigmaRGB}
            format={levels}
            onChange={(sigmaRGB) => set({ sigmaRGB })}
          />
          <Strength value={bilateral.compatibility} onChange={(compatibility) => set({ compatibility })} />
          <NormalizationField value={bilateral.normalization} onChange={(normalization) => set({ normalization })} />
        </>
      )}
    </fieldset>
  );
}

function SpatialKernel({ settings, change }: KernelProps) {
  const { spatial } = settings;
  const set = (changed: Partial<CrfSettings['spatial']>) => change({ spatial: { ...spatial, ...changed } });
  return (
    <fieldset class="kernel">
      <KernelSwitch
        title="Smooth the outline"
        kernel="gaussian"
        isOn={spatial.isOn}
        onChange={(isOn) => set({ isOn })}
      />
      {spatial.isOn && (
        <>
          <Slider
            title="Reach"
            parameter="sigmaXY"
            {...rangeOf(crfSchema.gaussian.sigmaXY)}
            value={spatial.sigmaXY}
            format={pixels}
            onChange={(sigmaXY) => set({ sigmaXY })}
          />
          <Strength value={spatial.compatibility} onChange={(compatibility) => set({ compatibility })} />
          <NormalizationField value={spatial.normalization} onChange={(normalization) => set({ normalization })} />
        </>
      )}
    </fieldset>
  );
}

interface SwitchProps {
  title: string;
  kernel: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}

function KernelSwitch({ title, kernel, isOn, onChange }: SwitchProps) {
  return (
    <legend>
      <label class="switch">
        <input type="checkbox" checked={isOn} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
        {title}
        <code>{kernel}</code>
      </label>
    </legend>
  );
}

function Strength({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  return (
    <Slider
      title="Strength"
      parameter="compatibility"
      {...rangeOf(crfSchema.bilateral.compatibility)}
      value={value}
      format={plain}
      onChange={onChange}
    />
  );
}

function NormalizationField({ value, onChange }: { value: Normalization; onChange: (value: Normalization) => void }) {
  return (
    <label class="field">
      <span>Normalization</span>
      <select
        value={value}
        onChange={({ currentTarget }) => {
          const chosen = normalizations.find((one) => one.value === currentTarget.value);
          if (chosen) onChange(chosen.value);
        }}
      >
        {normalizations.map((one) => (
          <option key={one.value} value={one.value}>
            {one.title}
          </option>
        ))}
      </select>
    </label>
  );
}
