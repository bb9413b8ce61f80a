// SPDX-License-Identifier: MIT

import { type Effect, effectNames } from '../webcam/live-protocol.js';
import { type AddressState, readAddress, writeAddress } from './address.js';

type SharedState = Pick<
  AddressState,
  'network' | 'inputSize' | 'workingSize' | 'compare' | 'settings' | 'labels' | 'merges' | 'marks'
>;

/** What the address says of the webcam: all but the picture, and backgrounds of one's own. What is as it always is, is left out. */
export interface CameraState extends SharedState {
  effect?: Effect;
  /** Of the background, in parts of the frame's diagonal. */
  blur?: number;
  /** `#rrggbb` behind the foreground. */
  colour?: string;
  /** Of the overlay, 0..1. */
  opacity?: number;
  isMirrored?: boolean;
  /** The quality follows the time that frames take. */
  isAdaptive?: boolean;
  /** Over time, 0..0.95. */
  smoothing?: number;
}

const prefix = 'camera-';

/** Names that mean for the camera what they mean for a photo. */
const sharedNames = [
  'network',
  'input',
  'size',
  'compare',
  'spatial',
  'bilateral',
  'iterations',
  'labels',
  'merge',
  'marks',
];

/** The part of the address that is about the webcam, and the rest, each as it stands after `#`. */
export function splitAddress(hash: string): { photo: string; camera: string } {
  const [photo, camera] = [new URLSearchParams(), new URLSearchParams()];
  for (const [name, value] of new URLSearchParams(hash.replace(/^#/, ''))) {
    (name.startsWith(prefix) ? camera : photo).append(name, value);
  }
  return { photo: photo.toString(), camera: camera.toString() };
}

export function writeCamera(state: CameraState): string {
  const { effect, blur, colour, opacity, isMirrored, isAdaptive, smoothing, ...shared } = state;
  const own = {
    effect,
    blur: blur?.toFixed(4),
    colour: colour?.slice(1),
    opacity: opacity?.toFixed(2),
    mirror: onOrOff(isMirrored),
    adapt: onOrOff(isAdaptive),
    smoothing: smoothing?.toFixed(2),
  };
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(own)) if (value !== undefined) parts.set(prefix + name, value);
  for (const [name, value] of new URLSearchParams(writeAddress(shared))) parts.set(prefix + name, value);
  return parts.toString();
}

/** What cannot be understood is left out, and named. */
export function readCamera(text: string): { state: CameraState; problems: string[] } {
  const state: CameraState = {};
  const problems: string[] = [];
  const shared = new URLSearchParams();
  for (const [prefixed, value] of new URLSearchParams(text)) {
    const name = prefixed.slice(prefix.length);
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (sharedNames.includes(name)) shared.append(name, value);
    else if (!read) problems.push(prefixed.slice(0, 40));
    else if (!read(value, state)) problems.push(`${prefixed}=${value.slice(0, 40)}`);
  }
  const read = readAddress(shared.toString());
  problems.push(...read.problems.map((problem) => prefix + problem));
  return { state: { ...state, ...read.state }, problems };
}

/** Whether the value was understood. */
type Read = (value: string, state: CameraState) => boolean;

const readers: Readonly<Record<string, Read>> = {
  effect(value, state) {
    const effect = effectNames.find((name) => name === value);
    if (effect) state.effect = effect;
    return effect !== undefined;
  },
  colour(value, state) {
    if (!/^[\da-f]{6}$/.test(value)) return false;
    state.colour = `#${value}`;
    return true;
  },
  blur: number('blur', 0.004, 0.1),
  opacity: number('opacity', 0, 1),
  smoothing: number('smoothing', 0, 0.95),
  mirror: choice('isMirrored'),
  adapt: choice('isAdaptive'),
};

function number(name: 'blur' | 'opacity' | 'smoothing', least: number, most: number): Read {
  return (value, state) => {
    const parsed = value === '' ? Number.NaN : Number(value);
    if (!(parsed >= least && parsed <= most)) return false;
    state[name] = parsed;
    return true;
  };
}

function choice(name: 'isMirrored' | 'isAdaptive'): Read {
  return (value, state) => {
    if (value !== 'on' && value !== 'off') return false;
    state[name] = value === 'on';
    return true;
  };
}

function onOrOff(isOn: boolean | undefined): string | undefined {
  if (isOn === undefined) return undefined;
  return isOn ? 'on' : 'off';
}
