// SPDX-License-Identifier: MIT

import { processTrack } from '../../../src/pipeline/index.js';
import { FakeCamera, withFakeTracks } from '../fake-tracks.js';
import { arg, type Door, type House, type HousePlan, optionalArg } from './door.js';
import { boolean, choice, object, type Spec } from './spec.js';
import { viewSpecOf } from './views.js';

type Given = Parameters<typeof processTrack>;

/** Which of them a pipeline takes, its own doors say. */
const pipelineOrOptions: Spec = {
  is: 'like',
  what: 'a pipeline or options for one',
  test: (value) => (typeof value === 'object' && value !== null ? 'unclear' : 'no'),
};

const camera: Spec = {
  is: 'like',
  what: 'a live video track',
  test: (value) => (value instanceof FakeCamera ? 'yes' : 'no'),
};

const image: Spec = {
  is: 'like',
  what: 'a picture',
  test: (value) => (typeof value === 'object' && value !== null ? 'unclear' : 'no'),
};
const view = viewSpecOf(2 ** 15 * Math.SQRT2, 2 ** 32 - 1, image);

const door: Door = {
  name: 'processTrack',
  args: [
    arg('pipeline', pipelineOrOptions),
    arg('track', camera),
    arg('view', view),
    optionalArg(
      'options',
      object(
        {},
        {
          // A worker needs options for a pipeline, of which there is one here.
          worker: choice(undefined),
          fallback: choice('last', 'black', 'original'),
          stopsCamera: boolean,
          onError: { is: 'function' },
        },
      ),
    ),
  ],
  good: () => [
    goodPipeline(),
    new FakeCamera(),
    { kind: 'blur', sigmaXY: 3 },
    { fallback: 'black', stopsCamera: false },
  ],
  call: (args) => withFakeTracks(() => processTrack(...(args as unknown as Given)).stop()),
};

function goodPipeline() {
  return { segmentFrame: async () => undefined, draw: async () => undefined, restart: async () => undefined };
}

async function trackHouse(): Promise<House> {
  const given = [goodPipeline(), new FakeCamera(), { kind: 'original' }] as unknown as Given;
  const processed = await withFakeTracks(() => processTrack(...given));
  return {
    doors: [
      {
        name: 'ProcessedTrack.setView',
        args: [arg('view', view)],
        good: () => [{ kind: 'colour', colour: '#102030', foreground: [1] }],
        call: ([value]) => processed.setView(value as Given[2]),
      },
      {
        name: 'ProcessedTrack.replaceTrack',
        args: [arg('track', camera)],
        good: () => [new FakeCamera()],
        call: ([track]) => withFakeTracks(() => processed.replaceTrack(track as Given[1])),
      },
    ],
    close: () => withFakeTracks(() => processed.stop()),
  };
}

export const tracks: readonly HousePlan[] = [
  { name: 'processTrack', build: () => ({ doors: [door] }) },
  { name: 'ProcessedTrack', build: trackHouse },
];
