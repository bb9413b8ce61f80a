// SPDX-License-Identifier: MIT

import { isUnmarked, noMarks } from '../marks/marks.js';
import { decodeMarks, encodeMarks } from '../marks/marks-code.js';
import { inputSizesOf, offerOf } from '../networks/catalogue.js';
import { liveDefaults, liveWorkingSizes, markNames } from '../webcam/live-defaults.js';
import type { LiveSession } from '../webcam/live-session.js';
import { type CameraState, readCamera } from './camera-address.js';
import { maximumLabels } from './labels.js';
import { mergesWithin, noMerges } from './merges.js';
import { labelSet } from './palette.js';

/** The webcam's settings as they are now, but for what is as it always is. */
export function cameraStateOf(live: LiveSession): CameraState {
  const { workingSize, smoothing, effect, blur, colour, opacity, mirror } = liveDefaults;
  const { look, quality, palette } = live;
  const network = quality.network.value;
  const compare = look.divider.value;
  const settings = quality.settings.value;
  const names = palette.labels.value.map(({ name }) => name);
  const takesMarks = live.takesMarks.value;
  const unless = <Value>(value: Value, usual: Value) => (value === usual ? undefined : value);
  const state: { [Name in keyof CameraState]: CameraState[Name] | undefined } = {
    network: typeof network === 'string' ? unless(network, liveDefaults.network) : undefined,
    inputSize: quality.knownInputSize.value,
    workingSize: unless(quality.workingSize.value, workingSize),
    smoothing: unless(quality.smoothing.value, smoothing),
    effect: unless(look.effect.value, effect),
    blur: unless(look.blur.value, blur),
    colour: unless(look.colour.value, colour),
    opacity: unless(look.opacity.value, opacity),
    isMirrored: unless(look.mirror.value, mirror),
    isAdaptive: unless(quality.framesPerSecond.value !== null, true),
    compare: compare ?? undefined,
    settings: unless(settings, liveDefaults.settings),
    labels: takesMarks && names.join('~') !== markNames.join('~') ? names : undefined,
    merges: takesMarks ? palette.merges.value : undefined,
    marks: isUnmarked(live.marks.value) ? undefined : encodeMarks(live.marks.value),
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
  const { look, quality } = live;
  live.timeline.act('open a link', () => {
    look.effect.value = state.effect ?? liveDefaults.effect;
    look.blur.value = state.blur ?? liveDefaults.blur;
    look.colour.value = state.colour ?? liveDefaults.colour;
    look.opacity.value = state.opacity ?? liveDefaults.opacity;
    look.mirror.value = state.isMirrored ?? liveDefaults.mirror;
    quality.framesPerSecond.value = (state.isAdaptive ?? true) ? liveDefaults.framesPerSecond : null;
    quality.smoothing.value = state.smoothing ?? liveDefaults.smoothing;
    quality.settings.value = state.settings ?? liveDefaults.settings;
    look.divider.value = state.compare ?? null;
    applyChoices(quality, state, problems);
    applyMarks(live, state, problems);
  });
  return problems;
}

function applyChoices(
  quality: LiveSession['quality'],
  { network, inputSize, workingSize }: CameraState,
  problems: string[],
): void {
  const offer = network === undefined ? undefined : offerOf(network);
  const isKnown = network === undefined || offer?.use === 'both';
  if (!isKnown) problems.push(`camera-network=${network}`);
  quality.network.value = (isKnown && offer?.name) || liveDefaults.network;
  const sizes = inputSizesOf(quality.network.value);
  const isInput =
    inputSize === undefined ||
    (sizes && inputSize >= sizes.least && inputSize <= sizes.most && inputSize % sizes.step === 0);
  if (!isInput) problems.push(`camera-input=${inputSize}`);
  quality.inputSize.value = isInput ? inputSize : undefined;
  const isSize = workingSize === undefined || liveWorkingSizes.includes(workingSize);
  if (!isSize) problems.push(`camera-size=${workingSize}`);
  quality.workingSize.value = (isSize ? workingSize : undefined) ?? liveDefaults.workingSize;
}

function applyMarks(live: LiveSession, state: CameraState, problems: string[]): void {
  const names = state.labels ?? markNames;
  const areNames = names.length >= 2 && names.length <= maximumLabels;
  if (!areNames) problems.push('camera-labels');
  const known = areNames ? names : markNames;
  const marks = state.marks === undefined ? noMarks : decodeMarks(state.marks, known.length);
  if (!marks) problems.push('camera-marks');
  const tell = (merge: string) => problems.push(`camera-merge=${merge}`);
  const merges = mergesWithin(state.merges ?? noMerges, known.length, tell);
  live.layMarks(marks ?? noMarks, labelSet(known, merges));
}
