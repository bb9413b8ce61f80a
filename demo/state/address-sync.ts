// SPDX-License-Identifier: MIT

import { effect, type Signal } from '@preact/signals';
import { isUnmarked } from '../marks/marks.js';
import { decodeMarks, encodeMarks } from '../marks/marks-code.js';
import { correctedLabelsOf, inputSizesOf, offerOf, settingsFor } from '../networks/catalogue.js';
import { byMarks } from '../networks/network-choice.js';
import { defaultWorkingSize, workingSizes } from '../photo/photo.js';
import { samples } from '../photo/samples.js';
import { views } from '../view/paint.js';
import type { LiveSession } from '../webcam/live-session.js';
import { type AddressState, readAddress, writeAddress } from './address.js';
import { splitAddress, writeCamera } from './camera-address.js';
import { cameraStateOf, openCameraState } from './camera-sync.js';
import { areSameSettings } from './crf-settings.js';
import type { Keeper } from './keeper.js';
import { labelsNamed, maximumLabels } from './labels.js';
import { mergesWithin, noMerges } from './merges.js';
import type { Session } from './session.js';

/** The address is rewritten no more often than this, in milliseconds: browsers refuse more than some hundred a minute. */
const pause = 300;

/** In the place of a sample's id: the photo that is kept in this browser. */
const ownPhoto = 'own';

/** Opens what the address names, the first sample without one, and keeps the address up to date from then on. */
export async function followAddress(
  session: Session,
  live: LiveSession,
  mode: Signal<'photo' | 'webcam'>,
  keeper: Keeper,
): Promise<void> {
  const opening = openAddress(session, live, mode, keeper);
  // The camera's page is as it opens: there is nothing to go back to.
  live.timeline.clear();
  await opening;
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const isKept = session.open.isOwn.value && keeper.state.value === 'kept';
    const photo = writeAddress({ mode: mode.value, ...stateOf(session), ...(isKept && { photo: ownPhoto }) });
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
  addEventListener('hashchange', () => void openAddress(session, live, mode, keeper));
}

/** A link to the page as it is now. */
export function linkTo(session: Session): string {
  const address = new URL(location.href);
  address.hash = writeAddress(stateOf(session));
  return address.href;
}

async function openAddress(
  session: Session,
  live: LiveSession,
  mode: Signal<'photo' | 'webcam'>,
  keeper: Keeper,
): Promise<void> {
  const { photo, camera } = splitAddress(location.hash);
  const { state, problems } = readAddress(photo);
  mode.value = state.mode ?? 'photo';
  const cameraProblems = openCameraState(live, camera);
  if (cameraProblems.length > 0) live.progress.error.value = wordsFor(cameraProblems);
  const isOpen = state.photo === ownPhoto && (await openKept(session, keeper, state, problems));
  if (!isOpen) await openSampleOf(session, state, problems);
  if (problems.length > 0) session.error.value = wordsFor(problems);
  else if (state.photo === ownPhoto && !isOpen) session.error.value ??= noneKept;
}

/** @returns whether there is one */
async function openKept(session: Session, keeper: Keeper, state: AddressState, problems: string[]): Promise<boolean> {
  const network = networkIn(state, problems) ?? byMarks;
  const isOpen = await keeper.open({
    network,
    before: () => applyLook(session, state, network, problems),
    after: () => applyInputSize(session, state, problems),
  });
  // The sample that is opened in its place has the same said.
  if (!isOpen) problems.length = 0;
  return isOpen;
}

function networkIn({ network }: AddressState, problems: string[]): string | undefined {
  const offer = network === undefined ? undefined : offerOf(network);
  if (network && !offer) problems.push(`network=${network}`);
  return offer?.name;
}

async function openSampleOf(session: Session, state: AddressState, problems: string[]): Promise<void> {
  const sample = samples.find(({ id }) => id === state.photo);
  if (state.photo && state.photo !== ownPhoto && !sample) problems.push(`photo=${state.photo}`);
  const chosen = sample ?? samples[0];
  const network = networkIn(state, problems) ?? chosen.network;
  const labelCount = Math.max(chosen.labels.length, state.labels?.length ?? 0);
  const marks = state.marks === undefined ? undefined : decodeMarks(state.marks, labelCount);
  if (state.marks !== undefined && !marks) problems.push('marks');
  const corrections =
    state.corrections === undefined ? undefined : decodeMarks(state.corrections, correctedLabelsOf(network) ?? 0);
  if (state.corrections !== undefined && !corrections) problems.push('corrections');
  await session.openSample(chosen, {
    marks,
    corrections,
    network,
    before: () => applyLook(session, state, network ?? byMarks, problems),
    after() {
      applyInputSize(session, state, problems);
      applyLabels(session, state, problems);
    },
  });
}

const noneKept =
  'The address is of a photo that is kept in the browser in which it was opened. There is none in this one.';

function wordsFor(problems: readonly string[]): string {
  return `The address has parts that mean nothing here, so they were left out: ${problems.join(', ')}.`;
}

/** What the address does not say is as it is when the page opens. */
function applyLook(
  { choice, look, open, settings }: Session,
  state: AddressState,
  network: string,
  problems: string[],
): void {
  choice.network.value = network;
  settings.value = state.settings ?? settingsFor(network);
  look.divider.value = state.compare ?? null;
  open.workingSize.value = defaultWorkingSize;
  if (state.workingSize !== undefined) {
    if (workingSizes.includes(state.workingSize)) open.workingSize.value = state.workingSize;
    else problems.push(`size=${state.workingSize}`);
  }
  look.view.value = 'overlay';
  if (state.view !== undefined) {
    const view = views.find(({ value }) => value === state.view);
    if (view) look.view.value = view.value;
    else problems.push(`view=${state.view}`);
  }
}

/** After the network, as another one begins with its own size. */
function applyInputSize({ choice }: Session, { inputSize }: AddressState, problems: string[]): void {
  const sizes = inputSizesOf(choice.network.value);
  choice.inputSize.value = undefined;
  if (inputSize === undefined) return;
  if (sizes && inputSize >= sizes.least && inputSize <= sizes.most && inputSize % sizes.step === 0) {
    choice.inputSize.value = inputSize;
  } else problems.push(`input=${inputSize}`);
}

function applyLabels({ palette }: Session, state: AddressState, problems: string[]): void {
  const { labels } = state;
  const most = Math.max(maximumLabels, palette.labels.value.length);
  if (labels && labels.length >= 2 && labels.length <= most) palette.change({ labels: labelsNamed(labels) });
  else if (labels) problems.push('labels');
  const count = palette.labels.value.length;
  palette.change({ merges: mergesWithin(state.merges ?? noMerges, count, (text) => problems.push(`merge=${text}`)) });
}

function stateOf({ open, choice, look, palette, settings, marks, corrections }: Session): AddressState {
  const { sample } = open;
  const compare = look.divider.value;
  const names = palette.labels.value.map(({ name }) => name);
  const isAsOpened = sample && marks.value.box === null && marks.value.strokes === sample.strokes;
  const network = choice.network.value;
  const inputSize = choice.inputSize.value;
  const ownsLabels = choice.ownsLabels.value;
  const hasOwnNames = ownsLabels && names.join('~') !== (sample?.labels ?? ['Background', 'Object']).join('~');
  return {
    ...(sample && { photo: sample.id }),
    ...(typeof network === 'string' && network !== (sample?.network ?? byMarks) && { network }),
    ...(inputSize !== undefined && { inputSize }),
    ...(look.view.value !== 'overlay' && { view: look.view.value }),
    ...(open.workingSize.value !== defaultWorkingSize && { workingSize: open.workingSize.value }),
    ...(compare !== null && { compare }),
    ...(!areSameSettings(settings.value, settingsFor(network)) && { settings: settings.value }),
    ...(hasOwnNames && { labels: names }),
    // Numbers of labels that a network found may differ from one run to the next.
    merges: ownsLabels ? palette.merges.value : noMerges,
    // Marks mean nothing without their photo, and one's own is not in the address.
    ...(sample && !isAsOpened && { marks: encodeMarks(marks.value) }),
    ...(sample && !isUnmarked(corrections.value) && { corrections: encodeMarks(corrections.value) }),
  };
}
