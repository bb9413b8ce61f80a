// SPDX-License-Identifier: MIT

import { batch } from '@preact/signals';
import { noMarks } from '../marks/marks.js';
import { decodeMarks, encodeMarks } from '../marks/marks-code.js';
import { inputSizesOf, offerOf } from '../networks/catalogue.js';
import { liveDefaults, liveWorkingSizes, markNames } from '../webcam/live-defaults.js';
import type { LiveSession } from '../webcam/live-session.js';
import { type CameraState, readCamera } from './camera-address.js';
import { maximumLabels } from './labels.js';
import { type Merges, merged, noMerges } from './merges.js';

/** The webcam's settings as they are now, but for what is as it always is. */
export function cameraStateOf(live: LiveSession): CameraState {
  const { workingSize, smoothing, effect, blur, colour, opacity, mirror } = liveDefaults;
  const network = live.network.value;
  const compare = live.divider.value;
  const settings = live.settings.value;
  const names = live.labels.value.map(({ name }) => name);
  const takesMarks = live.takesMarks.value;
  const unless = <Value>(value: Value, usual: Value) => (value === usual ? undefined : value);
  const state: { [Name in keyof CameraState]: CameraState[Name] | undefined } = {
    network: typeof network === 'string' ? unless(network, liveDefaults.network) : undefined,
    inputSize: inputSizesOf(network) && live.inputSize.value,
    workingSize: unless(live.workingSize.value, workingSize),
    smoothing: unless(live.smoothing.value, smoothing),
    effect: unless(live.effect.value, effect),
    blur: unless(live.blur.value, blur),
    colour: unless(live.colour.value, colour),
    opacity: unless(live.opacity.value, opacity),
    isMirrored: unless(live.mirror.value, mirror),
    isAdaptive: unless(live.framesPerSecond.value !== null, true),
    compare: compare ?? undefined,
    settings: unless(settings, liveDefaults.settings),
    labels: takesMarks && names.join('~') !== markNames.join('~') ? names : undefined,
    merges: takesMarks ? live.history.merges.value : undefined,
    marks: live.history.isEmpty.value ? undefined : encodeMarks(live.history.marks.value),
  };
  return Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined)) as CameraState;
}

/**
 * Sets the webcam up as a link says. The camera stays as it is: only its user turns it on.
 *
 * @param text the part of the address that is about the webcam
 * @returns what could not be understood
 */
export function openCameraState(live: LiveSession, text: string): string[] {
  const { state, problems } = readCamera(text);
  batch(() => {
    live.effect.value = state.effect ?? liveDefaults.effect;
    live.blur.value = state.blur ?? liveDefaults.blur;
    live.colour.value = state.colour ?? liveDefaults.colour;
    live.opacity.value = state.opacity ?? liveDefaults.opacity;
    live.mirror.value = state.isMirrored ?? liveDefaults.mirror;
    live.framesPerSecond.value = (state.isAdaptive ?? true) ? liveDefaults.framesPerSecond : null;
    live.smoothing.value = state.smoothing ?? liveDefaults.smoothing;
    live.settings.value = state.settings ?? liveDefaults.settings;
    live.divider.value = state.compare ?? null;
    applyChoices(live, state, problems);
    applyMarks(live, state, problems);
  });
  return problems;
}

function applyChoices(live: LiveSession, { network, inputSize, workingSize }: CameraState, problems: string[]): void {
  const offer = network === undefined ? undefined : offerOf(network);
  const isKnown = network === undefined || offer?.use === 'both';
  if (!isKnown) problems.push(`camera-network=${network}`);
  live.network.value = (isKnown && offer?.name) || liveDefaults.network;
  const sizes = inputSizesOf(live.network.value);
  const isInput =
    inputSize === undefined ||
    (sizes && inputSize >= sizes.least && inputSize <= sizes.most && inputSize % sizes.step === 0);
  if (!isInput) problems.push(`camera-input=${inputSize}`);
  live.inputSize.value = isInput ? inputSize : undefined;
  const isSize = workingSize === undefined || liveWorkingSizes.includes(workingSize);
  if (!isSize) problems.push(`camera-size=${workingSize}`);
  live.workingSize.value = (isSize ? workingSize : undefined) ?? liveDefaults.workingSize;
}

function applyMarks(live: LiveSession, state: CameraState, problems: string[]): void {
  const names = state.labels ?? markNames;
  const areNames = names.length >= 2 && names.length <= maximumLabels;
  if (!areNames) problems.push('camera-labels');
  live.nameMarks(areNames ? names : markNames);
  const count = areNames ? names.length : markNames.length;
  const marks = state.marks === undefined ? noMarks : decodeMarks(state.marks, count);
  if (!marks) problems.push('camera-marks');
  live.layMarks(marks ?? noMarks, mergesIn(state.merges ?? noMerges, count, problems));
}

function mergesIn(wanted: Merges, count: number, problems: string[]): Merges {
  let merges = noMerges;
  for (const [label, leader] of Object.entries(wanted)) {
    if (Number(label) < count && leader < count) merges = merged(merges, Number(label), leader);
    else problems.push(`camera-merge=${label}-${leader}`);
  }
  return merges;
}
