// SPDX-License-Identifier: MIT

import { batch, effect, type Signal } from '@preact/signals';
import { decodeMarks, encodeMarks } from '../marks/marks-code.js';
import { correctedLabelsOf, inputSizesOf, offerOf, settingsFor } from '../networks/catalogue.js';
import { defaultWorkingSize, workingSizes } from '../photo/photo.js';
import { samples } from '../photo/samples.js';
import { views } from '../view/paint.js';
import type { LiveSession } from '../webcam/live-session.js';
import { type AddressState, readAddress, writeAddress } from './address.js';
import { splitAddress, writeCamera } from './camera-address.js';
import { cameraStateOf, openCameraState } from './camera-sync.js';
import { areSameSettings } from './crf-settings.js';
import { labelsNamed } from './labels.js';
import { noMerges } from './merges.js';
import type { Session } from './session.js';

/** The address is rewritten no more often than this, in milliseconds: browsers refuse more than some hundred a minute. */
const pause = 300;

/** Opens what the address names, the first sample without one, and keeps the address up to date from then on. */
export async function followAddress(
  session: Session,
  live: LiveSession,
  mode: Signal<'photo' | 'webcam'>,
): Promise<void> {
  await openAddress(session, live, mode);
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const photo = writeAddress({ mode: mode.value, ...stateOf(session) });
    const camera = writeCamera(cameraStateOf(live));
    const text = [photo, camera].filter((part) => part !== '').join('&');
    clearTimeout(timer);
    timer = setTimeout(() => {
      const address = new URL(location.href);
      address.hash = text;
      if (address.href !== location.href) history.replaceState(null, '', address);
    }, pause);
  });
  // A link that is pasted into the bar of the open page. What the page itself writes comes without this event.
  addEventListener('hashchange', () => void openAddress(session, live, mode));
}

/** A link to the page as it is now. */
export function linkTo(session: Session): string {
  const address = new URL(location.href);
  address.hash = writeAddress(stateOf(session));
  return address.href;
}

async function openAddress(session: Session, live: LiveSession, mode: Signal<'photo' | 'webcam'>): Promise<void> {
  const { photo, camera } = splitAddress(location.hash);
  const { state, problems } = readAddress(photo);
  mode.value = state.mode ?? 'photo';
  const cameraProblems = openCameraState(live, camera);
  if (cameraProblems.length > 0) live.error.value = wordsFor(cameraProblems);
  const sample = samples.find(({ id }) => id === state.photo);
  if (state.photo && !sample) problems.push(`photo=${state.photo}`);
  const chosen = sample ?? samples[0];
  const offer = state.network === undefined ? undefined : offerOf(state.network);
  const network = offer?.name ?? chosen.network;
  if (state.network && !offer) problems.push(`network=${state.network}`);
  batch(() => applyLook(session, state, network ?? 'colour-prompt', problems));
  applyInputSize(session, state, problems);
  const labelCount = Math.max(chosen.labels.length, state.labels?.length ?? 0);
  const marks = state.marks === undefined ? undefined : decodeMarks(state.marks, labelCount);
  if (state.marks !== undefined && !marks) problems.push('marks');
  const corrections =
    state.corrections === undefined ? undefined : decodeMarks(state.corrections, correctedLabelsOf(network) ?? 0);
  if (state.corrections !== undefined && !corrections) problems.push('corrections');
  await session.openSample(chosen, marks, network, corrections);
  batch(() => applyLabels(session, state, problems));
  if (problems.length > 0) {
    session.error.value = wordsFor(problems);
  }
}

function wordsFor(problems: readonly string[]): string {
  return `The address has parts that mean nothing here, so they were left out: ${problems.join(', ')}.`;
}

/** What the address does not say is as it is when the page opens. */
function applyLook(session: Session, state: AddressState, network: string, problems: string[]): void {
  session.network.value = network;
  session.settings.value = state.settings ?? settingsFor(network);
  session.divider.value = state.compare ?? null;
  session.workingSize.value = defaultWorkingSize;
  if (state.workingSize !== undefined) {
    if (workingSizes.includes(state.workingSize)) session.workingSize.value = state.workingSize;
    else problems.push(`size=${state.workingSize}`);
  }
  session.view.value = 'overlay';
  if (state.view !== undefined) {
    const view = views.find(({ value }) => value === state.view);
    if (view) session.view.value = view.value;
    else problems.push(`view=${state.view}`);
  }
}

/** After the network, as another one begins with its own size. */
function applyInputSize(session: Session, { inputSize }: AddressState, problems: string[]): void {
  const sizes = inputSizesOf(session.network.value);
  session.inputSize.value = undefined;
  if (inputSize === undefined) return;
  if (sizes && inputSize >= sizes.least && inputSize <= sizes.most && inputSize % sizes.step === 0) {
    session.inputSize.value = inputSize;
  } else problems.push(`input=${inputSize}`);
}

function applyLabels(session: Session, state: AddressState, problems: string[]): void {
  const { labels, merges } = state;
  if (labels && labels.length >= 2 && labels.length <= maximum(session)) session.labels.value = labelsNamed(labels);
  else if (labels) problems.push('labels');
  const count = session.labels.value.length;
  for (const [label, leader] of Object.entries(merges ?? {})) {
    if (Number(label) < count && leader < count) session.merge(Number(label), leader);
    else problems.push(`merge=${label}-${leader}`);
  }
}

function maximum(session: Session): number {
  return Math.max(8, session.labels.value.length);
}

function stateOf(session: Session): AddressState {
  const { sample, corrections } = session;
  const settings = session.settings.value;
  const compare = session.divider.value;
  const names = session.labels.value.map(({ name }) => name);
  const marks = session.drawn.marks.value;
  const isAsOpened = sample && marks.box === null && marks.strokes === sample.strokes;
  const network = session.network.value;
  const inputSize = session.inputSize.value;
  const hasOwnNames =
    session.ownsLabels.value && names.join('~') !== (sample?.labels ?? ['Background', 'Object']).join('~');
  return {
    ...(sample && { photo: sample.id }),
    ...(typeof network === 'string' && network !== (sample?.network ?? 'colour-prompt') && { network }),
    ...(inputSize !== undefined && { inputSize }),
    ...(session.view.value !== 'overlay' && { view: session.view.value }),
    ...(session.workingSize.value !== defaultWorkingSize && { workingSize: session.workingSize.value }),
    ...(compare !== null && { compare }),
    ...(!areSameSettings(settings, settingsFor(network)) && { settings }),
    ...(hasOwnNames && { labels: names }),
    // Numbers of labels that a network found may differ from one run to the next.
    merges: session.ownsLabels.value ? session.history.merges.value : noMerges,
    // Marks mean nothing without their photo, and one's own is not in the address.
    ...(sample && !isAsOpened && { marks: encodeMarks(marks) }),
    ...(sample && !corrections.isEmpty.value && { corrections: encodeMarks(corrections.marks.value) }),
  };
}
