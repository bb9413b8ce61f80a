// SPDX-License-Identifier: MIT

import type { Signal } from '@preact/signals';
import type { LoadProgress, NetworkDescription } from '../../src/pipeline/index.js';
import { type NetworkOffer, offerOf, offers } from '../networks/catalogue.js';
import { bytes } from './format.js';
import { OwnNetwork } from './own-network.js';

export interface NetworkPickerProps {
  use: 'photo' | 'both';
  chosen: Signal<string | NetworkDescription>;
  loading: LoadProgress | undefined;
  onCancel: () => void;
}

/** Which network looks at the picture. Nothing is downloaded before it is chosen. */
export function NetworkPicker({ use, chosen, loading, onCancel }: NetworkPickerProps) {
  const fitting = offers.filter((offer) => use === 'photo' || offer.use === 'both');
  const isDownload = typeof chosen.value === 'string' && offerOf(chosen.value)?.bytes !== 0;
  const own = typeof chosen.value === 'string' ? undefined : chosen.value;
  return (
    <fieldset class="networks">
      <legend>Network</legend>
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
            <span class="hint">{origin(offer)}</span>
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
      {loading && <Progress loading={loading} isDownload={isDownload} onCancel={onCancel} />}
      <OwnNetwork
        onChosen={(description) => {
          chosen.value = description;
        }}
      />
    </fieldset>
  );
}

function origin({ bytes: size, licence }: NetworkOffer): string {
  return size === 0 ? `Comes with this page · ${licence}` : `Downloads ${bytes(size)} once · ${licence}`;
}

interface ProgressProps {
  loading: LoadProgress;
  /** Networks that come with the page are there in no time. */
  isDownload: boolean;
  onCancel: () => void;
}

function Progress({ loading, isDownload, onCancel }: ProgressProps) {
  const { phase, loadedBytes = 0, totalBytes } = loading;
  const counts = isDownload && phase === 'download';
  const known = counts && totalBytes ? { value: Math.min(loadedBytes, totalBytes), max: totalBytes } : {};
  return (
    <div class="progress">
      <progress aria-label="Loading the network" {...known} />
      <span class="hint" role="status">
        {counts ? `${bytes(loadedBytes)}${totalBytes ? ` of ${bytes(totalBytes)}` : ''}` : 'Making the network ready…'}
      </span>
      <button type="button" class="button" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}
