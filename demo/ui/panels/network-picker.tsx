// SPDX-License-Identifier: MIT

import type { Extent } from '../../../src/pipeline/index.js';
import type { NetworkProgress } from '../../engine/protocol.js';
import { inputSizesOf, type NetworkOffer, offers } from '../../networks/catalogue.js';
import type { Network } from '../../networks/network-choice.js';
import type { Cell } from '../../state/timeline.js';
import { bytes } from '../parts/format.js';
import { Slider } from '../parts/slider.js';
import { networkPhase } from '../parts/working.js';
import { NetworkLicence } from './network-licence.js';
import { OwnNetwork } from './own-network.js';

export interface NetworkPickerProps {
  use: 'photo' | 'both';
  chosen: Cell<Network>;
  /** Long side in pixels of what the network sees; undefined for its own. Where it is left out nobody can choose it. */
  inputSize?: Cell<number | undefined>;
  /** What the network saw last; undefined where it did not. */
  seen?: Extent | undefined;
  loading: NetworkProgress | undefined;
  onCancel: () => void;
}

/** Of onnxruntime-web's WebAssembly files, from the build for the CPU to that for WebGPU without JSPI; compressed, from 3.7 to 6.7 MB. */
const runtimeSize = '14 to 27 MB, about a quarter of that compressed';

/** Which network looks at the picture. Nothing is downloaded before it is chosen. */
export function NetworkPicker({ use, chosen, inputSize, seen, loading, onCancel }: NetworkPickerProps) {
  const fitting = offers.filter((offer) => use === 'photo' || offer.use === 'both');
  const own = typeof chosen.value === 'string' ? undefined : chosen.value;
  return (
    <fieldset class="networks">
      <legend>Network</legend>
      <p class="hint">
        The first network that runs also loads its runtime, once: {runtimeSize}. Marks on a photo need no network.
      </p>
      {fitting.map((offer) => (
        <label key={offer.name} class="network">
          <input
            type="radio"
            name="network"
            value={offer.name}
            checked={chosen.value === offer.name}
            onChange={() => {
              chosen.value = offer.name;
            }}
          />
          <span class="network-text">
            <span>{offer.title}</span>
            <span class="hint">{offer.finds}</span>
            <span class="hint">
              {origin(offer)} · <NetworkLicence {...offer} />
            </span>
          </span>
        </label>
      ))}
      {own && (
        <label class="network">
          <input type="radio" name="network" checked readOnly />
          <span class="network-text">
            <span>{own.name}</span>
            <span class="hint">Your own, {own.labels.length} labels</span>
          </span>
        </label>
      )}
      {loading && <Progress loading={loading} onCancel={onCancel} />}
      {inputSize && <InputSize network={chosen.value} chosen={inputSize} seen={seen} />}
      <OwnNetwork
        onChosen={(description) => {
          chosen.value = description;
        }}
      />
    </fieldset>
  );
}

function origin({ bytes: size }: NetworkOffer): string {
  return size === 0 ? 'Comes with this page' : `Downloads ${bytes(size)} once`;
}

function Progress({ loading, onCancel }: { loading: NetworkProgress; onCancel: () => void }) {
  const known = loading.phase === 'download' && loading.totalBytes ? loading : undefined;
  const part = known && { value: Math.min(known.loadedBytes ?? 0, known.totalBytes ?? 0), max: known.totalBytes };
  return (
    <div class="progress">
      <progress aria-label="Loading the network" {...part} />
      <span class="hint" role="status">
        {networkPhase(loading)}
      </span>
      <button type="button" class="button" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}

interface InputSizeProps {
  network: Network;
  chosen: Cell<number | undefined>;
  seen: Extent | undefined;
}

/** For networks that leave it open. */
function InputSize({ network, chosen, seen }: InputSizeProps) {
  const sizes = inputSizesOf(network);
  if (!sizes) {
    return seen ? (
      <p class="hint">
        The network always works at {seen.width} × {seen.height} px.
      </p>
    ) : null;
  }
  const { own, least, most, step } = sizes;
  const effect = 'A larger size finds finer things and takes longer.';
  return (
    <Slider
      title="Network size"
      parameter="longSide"
      hint={seen ? `The network works at ${seen.width} × ${seen.height} px. ${effect}` : effect}
      value={chosen.value ?? own}
      least={least}
      most={most}
      step={step}
      format={(value) => `${value} px`}
      onChange={(value) => {
        chosen.value = value === own ? undefined : value;
      }}
    />
  );
}
