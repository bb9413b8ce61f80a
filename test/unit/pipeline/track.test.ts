// SPDX-License-Identifier: MIT

import { beforeEach, describe, expect, test } from 'vitest';
import { DeviceError } from '../../../src/index.js';
import { type ProcessedTrack, processTrack, serveTracks, type TrackOptions } from '../../../src/pipeline/index.js';
import {
  FakeCamera,
  FakeCanvas,
  type FakeGenerator,
  FakeVideoFrame,
  withFakeTracks,
} from '../../support/fake-tracks.js';

/** Draws a frame under another name. A frame waits where the test says so. */
class FakePipeline {
  readonly calls: string[] = [];
  failure: Error | undefined;
  gate: Promise<void> = Promise.resolve();
  readonly backend = 'cpu';
  private shown: unknown;

  async segmentFrame(frame: FakeVideoFrame) {
    this.calls.push(`segment ${frame.shown}`);
    this.shown = frame.shown;
    await this.gate;
    if (this.failure) throw this.failure;
    return { report: { frame: { width: 8, height: 6 } } };
  }

  async draw({ colour }: { colour: string }, canvas: FakeCanvas): Promise<void> {
    canvas.shown = `${this.shown} on ${colour}`;
  }

  async restart(): Promise<void> {
    this.calls.push('restart');
  }
}

const view = { kind: 'colour', colour: '#00ff00' } as const;
let pipeline: FakePipeline;
let camera: FakeCamera;
let told: string[];
let processed: ProcessedTrack;

beforeEach(() => {
  pipeline = new FakePipeline();
  camera = new FakeCamera();
  told = [];
  FakeVideoFrame.open = 0;
});

/** Runs a test in a browser of its own, and looks at the end whether every frame was closed. */
async function tracked(options: TrackOptions, work: () => Promise<void>): Promise<void> {
  await withFakeTracks(async () => {
    const onError = (error: unknown) => told.push(String(error));
    const args = [pipeline, camera, view, { onError, ...options }] as unknown as Parameters<typeof processTrack>;
    processed = processTrack(...args);
    await work();
    await processed.stop();
    await settle();
    expect(FakeVideoFrame.open).toBe(0);
  });
}

async function settle(): Promise<void> {
  for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
}

async function give(shown: string, timestamp: number): Promise<void> {
  camera.give(shown, timestamp);
  await settle();
}

function sent() {
  return (processed.track as unknown as FakeGenerator).sent;
}

function shown() {
  return sent().map((one) => one.shown);
}

/** Until another held frame may be sent. */
async function holdIsOver(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 220));
}

test('frames are processed and keep their timestamps', () =>
  tracked({}, async () => {
    await give('a', 40);
    await give('b', 73);
    expect(sent()).toEqual([
      { shown: 'a on #00ff00', timestamp: 40 },
      { shown: 'b on #00ff00', timestamp: 73 },
    ]);
    expect(pipeline.calls).toEqual(['restart', 'segment a', 'segment b']);
    expect(await processed.statistics()).toMatchObject({ framesIn: 2, framesOut: 2, framesDropped: 0, framesHeld: 0 });
  }));

test('of frames that come while one is under way the newest is next', () =>
  tracked({}, async () => {
    let open = () => {};
    pipeline.gate = new Promise((resolve) => {
      open = resolve;
    });
    for (const [index, name] of ['a', 'b', 'c'].entries()) await give(name, index);
    open();
    await settle();
    expect(shown()).toEqual(['a on #00ff00', 'c on #00ff00']);
    const { latency, ...counts } = await processed.statistics();
    expect(counts).toMatchObject({ framesIn: 3, framesOut: 2, framesDropped: 1 });
    expect(latency.median).toBeLessThanOrEqual(latency.percentile95);
  }));

test.each([
  ['last', 'a on #00ff00', 'black'],
  ['black', 'black', 'black'],
  ['original', 'b', 'x'],
] as const)(
  'after an error nothing is sent as it came, unless that was asked for: %s',
  async (fallback, after, first) => {
    await tracked({ fallback }, async () => {
      await give('a', 10);
      pipeline.failure = new Error('no luck');
      await give('b', 20);
      expect(sent()).toEqual([
        { shown: 'a on #00ff00', timestamp: 10 },
        { shown: after, timestamp: 20 },
      ]);
      await give('c', 30);
      expect(told).toEqual(['Error: no luck']);
      pipeline.failure = undefined;
      await give('d', 40);
      expect(sent().at(-1)).toEqual({ shown: 'd on #00ff00', timestamp: 40 });
      // What the pipeline knew is of frames that were not shown.
      expect(pipeline.calls.at(-2)).toBe('restart');
    });
    pipeline.failure = new Error('no luck');
    await tracked({ fallback }, async () => {
      await give('x', 10);
      expect(shown()).toEqual([first]);
    });
  },
);

test('black comes before a pipeline that is being made, a few times a second', () =>
  withFakeTracks(async () => {
    // There is no onnxruntime for pages in Node: it is never made.
    const args = [{ backend: 'cpu' }, camera, view, { onError: () => undefined }] as unknown;
    processed = processTrack(...(args as Parameters<typeof processTrack>));
    await give('a', 10);
    await give('b', 20);
    expect(sent()).toEqual([{ shown: 'black', timestamp: 10 }]);
    await holdIsOver();
    await give('c', 30);
    expect(sent().at(-1)).toEqual({ shown: 'black', timestamp: 30 });
    await processed.stop();
  }));

test('while it is paused the last picture stays, also where originals are asked for', () =>
  tracked({ fallback: 'original' }, async () => {
    await give('a', 10);
    processed.pause();
    await give('b', 20);
    expect([processed.paused, sent().at(-1)]).toEqual([true, { shown: 'a on #00ff00', timestamp: 20 }]);
    processed.resume();
    await give('c', 30);
    expect(sent().at(-1)).toEqual({ shown: 'c on #00ff00', timestamp: 30 });
    expect(pipeline.calls).toEqual(['restart', 'segment a', 'restart', 'segment c']);
  }));

test('the last picture is drawn once, however often it is sent again', () =>
  tracked({}, async () => {
    await give('a', 10);
    const before = FakeCanvas.drawings;
    processed.pause();
    for (const timestamp of [20, 30]) {
      await holdIsOver();
      await give('b', timestamp);
    }
    expect(sent().slice(1)).toEqual([20, 30].map((timestamp) => ({ shown: 'a on #00ff00', timestamp })));
    expect(FakeCanvas.drawings - before).toBe(1);
    processed.resume();
    await give('c', 40);
    processed.pause();
    await give('d', 50);
    expect(sent().at(-1)).toEqual({ shown: 'c on #00ff00', timestamp: 50 });
  }));

test('a frame that is under way when it is paused is not sent', () =>
  tracked({}, async () => {
    let open = () => {};
    pipeline.gate = new Promise((resolve) => {
      open = resolve;
    });
    await give('a', 10);
    processed.pause();
    open();
    await settle();
    expect(shown()).toEqual(['black']);
  }));

test('another view counts from the next frame on; one that can’t be changes nothing', () =>
  tracked({}, async () => {
    await give('a', 10);
    processed.setView({ ...view, colour: '#0000ff' });
    expect(() => processed.setView({ kind: 'colour', colour: 'blue' })).toThrow('view.colour: got "blue"');
    await give('b', 20);
    expect(shown()).toEqual(['a on #00ff00', 'b on #0000ff']);
  }));

test('another camera: nothing of the one before is sent, and timestamps go on rising', () =>
  tracked({ stopsCamera: true }, async () => {
    await give('a', 1e6);
    let open = () => {};
    pipeline.gate = new Promise((resolve) => {
      open = resolve;
    });
    await give('b', 1_040_000);
    const before = camera;
    camera = new FakeCamera();
    processed.replaceTrack(camera as unknown as MediaStreamTrack);
    expect([before.readyState, before.isRead]).toEqual(['ended', false]);
    open();
    await give('c', 7);
    await give('d', 33_340);
    expect(sent()).toEqual([
      { shown: 'a on #00ff00', timestamp: 1e6 },
      { shown: 'c on #00ff00', timestamp: 1_033_333 },
      { shown: 'd on #00ff00', timestamp: 1_066_666 },
    ]);
    expect(pipeline.calls).toEqual(['restart', 'segment a', 'segment b', 'restart', 'segment c', 'segment d']);
    expect(() => processed.replaceTrack(before as unknown as MediaStreamTrack)).toThrow(/^track: got .*that is live$/);
  }));

test('stop ends what was made, and nothing else', async () => {
  await tracked({}, async () => {
    await give('a', 10);
  });
  expect(processed.track.readyState).toBe('ended');
  expect([camera.readyState, camera.isRead]).toEqual(['live', false]);
  // Nothing happens any more.
  await withFakeTracks(async () => {
    const other = new FakeCamera();
    processed.replaceTrack(other as unknown as MediaStreamTrack);
    processed.pause();
    await processed.stop();
    expect(other.isRead).toBe(false);
  });
  await tracked({ stopsCamera: true }, async () => undefined);
  expect(camera.readyState).toBe('ended');
});

test('a track that its receiver has ended is no error, and reads the camera no more', () =>
  tracked({}, async () => {
    await give('a', 10);
    processed.track.stop();
    await give('b', 20);
    expect(camera.isRead).toBe(false);
    expect(told).toEqual([]);
  }));

test('frames a second and latency are those of the last ones', () =>
  tracked({}, async () => {
    expect(await processed.statistics()).toMatchObject({ framesPerSecond: 0, latency: { median: Number.NaN } });
    for (let frame = 0; frame < 300; frame++) camera.give('a', frame);
    await settle();
    const { framesIn, framesOut, framesDropped, framesPerSecond } = await processed.statistics();
    expect([framesIn, framesOut + framesDropped]).toEqual([300, 300]);
    expect(framesPerSecond).toBeGreaterThan(0);
  }));

describe('arguments that can’t be', () => {
  const call = (...given: unknown[]) =>
    withFakeTracks(() => processTrack(...(given as Parameters<typeof processTrack>)));
  test.each<[string, unknown[], string]>([
    ['no pipeline', [1], 'pipeline: got 1, expected what Pipeline.create gave, or options for it'],
    ['an option', [{ workingSise: 3 }], 'options.workingSise: got 3, expected one of the keys'],
    [
      'no track',
      [undefined, {}],
      "track: got an object (Object), expected a MediaStreamTrack of kind 'video' that is live",
    ],
    ['no view', [undefined, undefined, { kind: 'blurred' }], 'view.kind: got "blurred"'],
    ['a fallback', [undefined, undefined, view, { fallback: 'none' }], 'options.fallback: got "none"'],
    ['a key', [undefined, undefined, view, { onFrame: 1 }], 'options.onFrame: got 1, expected one of the keys'],
    [
      'no worker',
      [{}, undefined, view, { worker: () => 1 }],
      'options.worker: got 1, expected a function that gives a Worker',
    ],
    ['a pipeline for a worker', [undefined, undefined, view, { worker: () => 1 }], 'pipeline: got an object'],
    [
      'what can’t go to a worker',
      [{ signal: new AbortController().signal }, undefined, view, { worker: () => 1 }],
      'pipeline.signal: got',
    ],
  ])('%s', async (_name, given, message) => {
    const [ofPipeline = pipeline, ofTrack = camera, ofView = view, options] = given;
    await expect(call(ofPipeline, ofTrack, ofView, options)).rejects.toThrow(message);
    expect(camera.isRead).toBe(false);
  });

  test('a browser without tracks is told', () => {
    const given = [pipeline, camera, view] as unknown as Parameters<typeof processTrack>;
    expect(() => processTrack(...given)).toThrow(DeviceError);
    expect(() => serveTracks()).toThrow('serveTracks: this is no worker');
  });
});

describe('a worker', () => {
  /** Answers what the test says. */
  class FakeWorker extends EventTarget {
    readonly requests: { kind: string }[] = [];
    isEnded = false;

    postMessage(request: { kind: string }): void {
      this.requests.push(request);
      if (request.kind === 'stop') this.answer({ kind: 'stopped', statistics: { framesIn: 3 } });
      if (request.kind === 'statistics') this.answer({ kind: 'statistics', statistics: { framesIn: 2 } });
    }

    answer(data: unknown): void {
      this.dispatchEvent(new MessageEvent('message', { data }));
    }

    terminate(): void {
      this.isEnded = true;
    }
  }

  test('gets streams and plain options, and ends with its track', () =>
    withFakeTracks(async () => {
      const worker = new FakeWorker();
      const losses: unknown[] = [];
      const options = { workingSize: 320, onDeviceLost: (loss: unknown) => losses.push(loss) };
      const given = [
        options,
        camera,
        view,
        { worker: () => worker, onError: (error: unknown) => told.push(String(error)) },
      ];
      processed = processTrack(...(given as unknown as Parameters<typeof processTrack>));
      processed.setView({ ...view, colour: '#0000ff' });
      processed.pause();
      expect(worker.requests).toEqual([
        {
          kind: 'start',
          options: { workingSize: 320 },
          view,
          fallback: 'last',
          readable: expect.any(ReadableStream),
          writable: expect.any(WritableStream),
        },
        { kind: 'view', view: { ...view, colour: '#0000ff' } },
        { kind: 'paused', paused: true },
      ]);
      const video = { kind: 'image', image: { data: new Uint8Array(4), width: 1, height: 1, look: () => 1 } } as const;
      expect(() => processed.setView(video)).toThrow(/^view: got .*what can be sent to a worker/);
      expect(await processed.statistics()).toEqual({ framesIn: 2 });
      worker.answer({ kind: 'lost', loss: { message: 'gone', rebuilding: true } });
      worker.answer({ kind: 'error', error: { name: 'DeviceError', message: 'no luck' } });
      worker.dispatchEvent(new Event('error', { cancelable: true }));
      expect(losses).toEqual([{ message: 'gone', rebuilding: true }]);
      expect(told).toEqual(['DeviceError: no luck', 'DeviceError: options.worker: the worker failed']);
      await processed.stop();
      expect([worker.isEnded, processed.track.readyState]).toEqual([true, 'ended']);
      expect(await processed.statistics()).toEqual({ framesIn: 3 });
    }));
});
