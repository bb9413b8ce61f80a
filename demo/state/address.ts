// SPDX-License-Identifier: MIT

import { crfSchema, type Normalization } from '../../src/index.js';
import { type CrfSettings, defaultSettings, normalizations } from './crf-settings.js';
import type { Merges } from './merges.js';

/**
 * What the part of the address after `#` says, so that a link opens the page as it was: all but a photo of one's own.
 * What is as it always is, is left out.
 */
export interface AddressState {
  mode?: 'photo' | 'webcam';
  /** A sample's id. */
  photo?: string;
  view?: string;
  network?: string;
  /** Long side in pixels of what the network sees. */
  inputSize?: number;
  /** Long side in pixels. */
  workingSize?: number;
  /** Where before ends and after begins, 0..1 of the width. */
  compare?: number;
  settings?: CrfSettings;
  labels?: readonly string[];
  merges?: Merges;
  /** As `encodeMarks` gives them. */
  marks?: string;
  /** Marks that correct the network, in the same form. */
  corrections?: string;
}

export function writeAddress(state: AddressState): string {
  const parts = new URLSearchParams();
  const put = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== '') parts.set(name, value);
  };
  put('mode', state.mode === 'webcam' ? 'webcam' : undefined);
  put('photo', state.photo);
  put('network', state.network);
  put('input', state.inputSize?.toString());
  put('view', state.view);
  put('size', state.workingSize?.toString());
  put('compare', state.compare?.toFixed(3));
  if (state.settings) writeSettings(state.settings, put);
  // encodeURIComponent leaves the tilde as it is, which stands between names here.
  put('labels', state.labels?.map((name) => encodeURIComponent(name).replaceAll('~', '%7E')).join('~'));
  put(
    'merge',
    Object.entries(state.merges ?? {})
      .map(([label, leader]) => `${label}-${leader}`)
      .join('~'),
  );
  put('marks', state.marks);
  put('corrections', state.corrections);
  return parts.toString();
}

/** What cannot be understood is left out, and named. */
export function readAddress(hash: string): { state: AddressState; problems: string[] } {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const state: AddressState = {};
  const problems: string[] = [];
  for (const [name, value] of parts) {
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (read) {
      if (!read(value, state)) problems.push(`${name}=${value.slice(0, 40)}`);
    } else if (!Object.hasOwn(settingReaders, name)) problems.push(name.slice(0, 40));
  }
  const settings = readSettings(parts, problems);
  if (settings) state.settings = settings;
  return { state, problems };
}

type Read = (value: string, state: AddressState) => boolean;

const readers: Readonly<Record<string, Read>> = {
  mode(value, state) {
    if (value !== 'photo' && value !== 'webcam') return false;
    state.mode = value;
    return true;
  },
  photo: text('photo'),
  network: text('network'),
  view: text('view'),
  input: number('inputSize', 16, 4096),
  size: number('workingSize', 16, 4096),
  compare: number('compare', 0, 1),
  labels(value, state) {
    try {
      state.labels = value.split('~').map((name) => decodeURIComponent(name).slice(0, 40));
      return true;
    } catch {
      return false;
    }
  },
  merge(value, state) {
    if (!/^\d+-\d+(~\d+-\d+)*$/.test(value)) return false;
    const entries = value.split('~').map((pair) => pair.split('-').map(Number));
    state.merges = Object.fromEntries(entries);
    return true;
  },
  marks: text('marks'),
  corrections: text('corrections'),
};

function text(name: 'photo' | 'network' | 'view' | 'marks' | 'corrections'): Read {
  return (value, state) => {
    if (!/^[\w-]+$/.test(value)) return false;
    state[name] = value;
    return true;
  };
}

function number(name: 'inputSize' | 'workingSize' | 'compare', least: number, most: number): Read {
  return (value, state) => {
    const parsed = numberIn(value, least, most);
    if (parsed === undefined) return false;
    state[name] = parsed;
    return true;
  };
}

function writeSettings({ spatial, bilateral, iterations }: CrfSettings, put: (name: string, value: string) => void) {
  const kernel = (isOn: boolean, ...values: (number | string)[]) => [isOn ? 'on' : 'off', ...values].join('~');
  put('spatial', kernel(spatial.isOn, spatial.sigmaXY, spatial.compatibility, spatial.normalization));
  put(
    'bilateral',
    kernel(bilateral.isOn, bilateral.sigmaXY, bilateral.sigmaRGB, bilateral.compatibility, bilateral.normalization),
  );
  put('iterations', String(iterations));
}

/** One reader a parameter that makes up the CRF's settings; undefined where the value is none. */
const settingReaders = {
  spatial(value: string): CrfSettings['spatial'] | undefined {
    const [isOn, sigma, weight, mode, ...rest] = value.split('~');
    const sigmaXY = usual(sigma, crfSchema.gaussian.sigmaXY);
    const compatibility = usual(weight, crfSchema.gaussian.compatibility);
    const normalization = normalizationOf(mode);
    if (rest.length > 0 || !isSwitch(isOn) || sigmaXY === undefined) return undefined;
    if (compatibility === undefined || !normalization) return undefined;
    return { isOn: isOn === 'on', sigmaXY, compatibility, normalization };
  },
  bilateral(value: string): CrfSettings['bilateral'] | undefined {
    const [isOn, sigma, colour, weight, mode, ...rest] = value.split('~');
    const sigmaXY = usual(sigma, crfSchema.bilateral.sigmaXY);
    const sigmaRGB = usual(colour, crfSchema.bilateral.sigmaRGB);
    const compatibility = usual(weight, crfSchema.bilateral.compatibility);
    const normalization = normalizationOf(mode);
    if (rest.length > 0 || !isSwitch(isOn) || sigmaXY === undefined || sigmaRGB === undefined) return undefined;
    if (compatibility === undefined || !normalization) return undefined;
    return { isOn: isOn === 'on', sigmaXY, sigmaRGB, compatibility, normalization };
  },
  iterations(value: string): number | undefined {
    const count = usual(value, crfSchema.parameters.iterations);
    return Number.isInteger(count) ? count : undefined;
  },
};

function readSettings(parts: URLSearchParams, problems: string[]): CrfSettings | undefined {
  const read = <Value>(name: keyof typeof settingReaders, reader: (value: string) => Value | undefined) => {
    const value = parts.get(name);
    if (value === null) return undefined;
    const setting = reader(value);
    if (setting === undefined) problems.push(`${name}=${value.slice(0, 40)}`);
    return setting;
  };
  const spatial = read('spatial', settingReaders.spatial);
  const bilateral = read('bilateral', settingReaders.bilateral);
  const iterations = read('iterations', settingReaders.iterations);
  if (spatial === undefined && bilateral === undefined && iterations === undefined) return undefined;
  return {
    spatial: spatial ?? defaultSettings.spatial,
    bilateral: bilateral ?? defaultSettings.bilateral,
    iterations: iterations ?? defaultSettings.iterations,
  };
}

function isSwitch(value: string): boolean {
  return value === 'on' || value === 'off';
}

function normalizationOf(value: string): Normalization | undefined {
  return normalizations.find((one) => one.value === value)?.value;
}

/** A number that a slider can show. */
function usual(value: string | undefined, { usual: ends }: { usual: readonly [number, number] }): number | undefined {
  return numberIn(value, ...ends);
}

function numberIn(value: string | undefined, least: number, most: number): number | undefined {
  const parsed = value ? Number(value) : Number.NaN;
  return parsed >= least && parsed <= most ? parsed : undefined;
}
