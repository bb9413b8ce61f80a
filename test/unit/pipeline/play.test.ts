// SPDX-License-Identifier: MIT

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FrameReport, Segmentation } from '../../../src/pipeline/api.js';
import type { Pipeline } from '../../../src/pipeline/pipeline.js';
import { type PlayOptions, playVideo } from '../../../src/pipeline/play.js';

/** A video whose frames the test shows one by one. */
class FakeVideo {
  videoWidth = 8;
  readyState = 4;
  currentTime = 0;
  private readonly callbacks = new Map<number, () => void>();
  private lastId = 0;

  requestVideoFrameCallback(callback: () => void): number {
    this.callbacks.set(++this.lastId, callback);
    return this.lastId;
  }

  cancelVideoFrameCallback(id: number): void {
    this.callbacks.delete(id);
  }

  get waiting(): number {
    return this.callbacks.size;
  }

  show(): void {
    const shown = [...this.callbacks.values()];
    this.callbacks.clear();
    for (const callback of shown) callback();
  }
}

/** Counts how often its sizes are set, which clears a canvas. */
class FakeCanvas {
  sizesSet = 0;
  clientWidth = 10;
  clientHeight = 4.3;
  private size = { width: 300, height: 150 };
  getContext(): null {
    return null;
  }
  get width(): number {
    return this.size.width;
  }
  set width(width: number) {
    this.size.width = width;
    this.sizesSet++;
  }
  get height(): number {
    return this.size.height;
  }
  set height(height: number) {
    this.size.height = height;
    this.sizesSet++;
  }
}

const report = { frame: { width: 8, height: 6 } } as FrameReport;

/** Calls that end when the test says so. */
class FakePipeline {
  readonly calls: string[] = [];
  readonly views: unknown[] = [];
  private finish: ((error?: Error) => void) | undefined;

  segmentFrame(): Promise<Segmentation> {
    this.calls.push('segment');
    return this.pending({ report } as Segmentation);
  }

  draw(view: unknown): Promise<void> {
    this.calls.push('draw');
    this.views.push(view);
    return this.pending(undefined);
  }

  /** Ends the call under way. */
  async end(error?: Error): Promise<void> {
    if (!this.finish) throw new Error('no call is under way');
    const { finish } = this;
    this.finish = undefined;
    finish(error);
    await settle();
  }

  private pending<Value>(value: Value): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.finish = (error) => (error ? reject(error) : resolve(value));
    });
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

let pipeline: FakePipeline;
let video: FakeVideo;
let canvas: FakeCanvas;
const view = { kind: 'original' } as const;

beforeEach(() => {
  pipeline = new FakePipeline();
  video = new FakeVideo();
  canvas = new FakeCanvas();
});
afterEach(() => vi.unstubAllGlobals());

function play(options?: PlayOptions, shown: Parameters<typeof playVideo>[3] = view) {
  return playVideo(
    pipeline as unknown as Pipeline,
    video as unknown as HTMLVideoElement,
    canvas as unknown as HTMLCanvasElement,
    shown,
    options,
  );
}

/** Lets the frame under way be segmented and drawn. */
async function finishFrame(): Promise<void> {
  await pipeline.end();
  await pipeline.end();
}

test('segments, then draws, and takes no frame while one is under way', async () => {
  const reports: FrameReport[] = [];
  const playing = play({ onFrame: (of) => reports.push(of) });
  expect(pipeline.calls).toEqual(['segment']);
  video.show();
  video.show();
  expect(pipeline.calls).toEqual(['segment']);
  await pipeline.end();
  expect(pipeline.calls).toEqual(['segment', 'draw']);
  video.show();
  expect(reports).toEqual([]);
  await pipeline.end();
  expect(reports).toEqual([report]);
  expect([playing.drawnFrames, playing.droppedFrames]).toEqual([1, 3]);
  expect(pipeline.calls).toEqual(['segment', 'draw']);
  video.show();
  expect(pipeline.calls).toEqual(['segment', 'draw', 'segment']);
  await finishFrame();
  expect([playing.drawnFrames, playing.droppedFrames]).toEqual([2, 3]);
  await playing.stop();
});

test('waits for a first picture', async () => {
  video.readyState = 1;
  const playing = play();
  video.show();
  expect(pipeline.calls).toEqual([]);
  video.readyState = 2;
  video.show();
  expect(pipeline.calls).toEqual(['segment']);
  await finishFrame();
  expect([playing.drawnFrames, playing.droppedFrames]).toEqual([1, 0]);
  await playing.stop();
});

test('asks for the view at each frame', async () => {
  let count = 0;
  const playing = play({}, () => ({ kind: 'colour', colour: `#00000${++count}` }));
  await finishFrame();
  video.show();
  await finishFrame();
  expect(pipeline.views).toEqual([
    { kind: 'colour', colour: '#000001' },
    { kind: 'colour', colour: '#000002' },
  ]);
  await playing.stop();
});

test.each([
  ['frame', [8, 6], 2],
  ['layout', [15, 6], 2],
  ['own', [300, 150], 0],
] as const)('canvas size: %s', async (canvasSize, expected, timesSet) => {
  vi.stubGlobal('devicePixelRatio', 1.5);
  const playing = play({ canvasSize });
  await finishFrame();
  video.show();
  await finishFrame();
  expect([canvas.width, canvas.height]).toEqual(expected);
  // Not again for the second frame.
  expect(canvas.sizesSet).toBe(timesSet);
  await playing.stop();
});

test('an error is told once, and again after a frame was drawn', async () => {
  const told: string[] = [];
  const playing = play({ onError: (error) => told.push(String(error)) });
  for (let frame = 0; frame < 3; frame++) {
    await pipeline.end(new Error('no luck'));
    video.show();
  }
  expect(told).toEqual(['Error: no luck']);
  await pipeline.end(new Error('another'));
  expect(told).toEqual(['Error: no luck', 'Error: another']);
  video.show();
  await finishFrame();
  expect(playing.drawnFrames).toBe(1);
  video.show();
  await pipeline.end();
  // While drawing, too.
  await pipeline.end(new Error('another'));
  expect(told).toHaveLength(3);
  await playing.stop();
});

test("an error in the owner's callback is told like one of the frame", async () => {
  const told: string[] = [];
  const playing = play({
    onFrame: () => {
      throw new Error('mine');
    },
    onError: (error) => told.push(String(error)),
  });
  await finishFrame();
  expect(told).toEqual(['Error: mine']);
  video.show();
  expect(pipeline.calls).toEqual(['segment', 'draw', 'segment']);
  await finishFrame();
  await playing.stop();
});

test('without a callback an error is an uncaught one', async () => {
  const later: (() => void)[] = [];
  vi.stubGlobal('queueMicrotask', (task: () => void) => later.push(task));
  const playing = play();
  await pipeline.end(new Error('no luck'));
  expect(later).toHaveLength(1);
  expect(later[0]).toThrow('no luck');
  await playing.stop();
});

test.each([
  ['segmenting', 0, ['segment']],
  ['drawing', 1, ['segment', 'draw']],
] as const)('stopped while %s: waits for that call, then does nothing more', async (_name, calls, expected) => {
  const reports: FrameReport[] = [];
  const playing = play({ onFrame: (of) => reports.push(of) });
  for (let i = 0; i < calls; i++) await pipeline.end();
  let isStopped = false;
  const stopping = playing.stop().then(() => {
    isStopped = true;
  });
  expect(video.waiting).toBe(0);
  await settle();
  expect(isStopped).toBe(false);
  await pipeline.end();
  await stopping;
  expect(pipeline.calls).toEqual(expected);
  expect(reports).toEqual([]);
  await playing.stop();
});

test('an error of the frame under which it was stopped is nobody’s', async () => {
  const told: unknown[] = [];
  const playing = play({ onError: (error) => told.push(error) });
  const stopping = playing.stop();
  await pipeline.end(new Error('this pipeline was destroyed'));
  await stopping;
  expect(told).toEqual([]);
});

test('a browser without frame callbacks is asked for animation frames', async () => {
  const asked = new Map<number, () => void>();
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => {
    asked.set(7, callback);
    return 7;
  });
  vi.stubGlobal('cancelAnimationFrame', (id: number) => asked.delete(id));
  const { videoWidth, readyState } = video;
  const old = { videoWidth, readyState, currentTime: 1 };
  video = old as unknown as FakeVideo;
  const playing = play();
  await finishFrame();
  // The same picture again.
  asked.get(7)?.();
  expect(pipeline.calls).toEqual(['segment', 'draw']);
  old.currentTime = 1.04;
  asked.get(7)?.();
  expect(pipeline.calls).toEqual(['segment', 'draw', 'segment']);
  await finishFrame();
  expect([playing.drawnFrames, playing.droppedFrames]).toEqual([2, 0]);
  await playing.stop();
  expect(asked.size).toBe(0);
});

describe('a hidden page', () => {
  const page = Object.assign(new EventTarget(), { hidden: false });
  const hide = (hidden: boolean) => {
    page.hidden = hidden;
    page.dispatchEvent(new Event('visibilitychange'));
  };
  beforeEach(() => {
    page.hidden = false;
    Object.assign(video, { ownerDocument: page });
    vi.useFakeTimers();
  });
  afterEach(() => vi.useRealTimers());

  test('gets no frames, and gets them again when it is seen', async () => {
    const playing = play();
    await finishFrame();
    hide(true);
    video.show();
    await vi.advanceTimersByTimeAsync(5000);
    expect(playing.drawnFrames).toBe(1);
    expect(pipeline.calls).toHaveLength(2);
    hide(false);
    video.show();
    await finishFrame();
    expect(playing.drawnFrames).toBe(2);
    await playing.stop();
  });

  test('whose frames go on is asked for them by a clock, which ends with it', async () => {
    // Node has no Worker: the page's own timer does.
    const playing = play({ whenHidden: 'continue' });
    await finishFrame();
    hide(true);
    await vi.advanceTimersByTimeAsync(100);
    // The same picture as before.
    expect(pipeline.calls).toHaveLength(2);
    video.currentTime = 0.04;
    await vi.advanceTimersByTimeAsync(40);
    await finishFrame();
    expect(playing.drawnFrames).toBe(2);
    hide(false);
    expect(vi.getTimerCount()).toBe(0);
    hide(true);
    expect(vi.getTimerCount()).toBe(1);
    await playing.stop();
    expect(vi.getTimerCount()).toBe(0);
    hide(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('has a worker for a clock; one that the page’s policy forbids is replaced by a timer', async () => {
    let worker: { onmessage?: () => void; onerror?: (event: Event) => void; isEnded?: boolean } = {};
    class FakeWorker {
      constructor() {
        worker = this as typeof worker;
      }
      terminate(): void {
        worker.isEnded = true;
      }
    }
    vi.stubGlobal('Worker', FakeWorker);
    const playing = play({ whenHidden: 'continue' });
    await finishFrame();
    hide(true);
    expect(vi.getTimerCount()).toBe(0);
    video.currentTime = 0.04;
    worker.onmessage?.();
    await finishFrame();
    expect(playing.drawnFrames).toBe(2);
    worker.onerror?.(new Event('error'));
    expect([worker.isEnded, vi.getTimerCount()]).toEqual([true, 1]);
    await playing.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('arguments that can’t be are named', () => {
  const call = (...given: unknown[]) => playVideo(...(given as Parameters<typeof playVideo>));
  expect(() => call({}, video, canvas, view)).toThrow(
    'pipeline: got an object (Object), expected what Pipeline.create',
  );
  expect(() => call(pipeline, canvas, canvas, view)).toThrow(
    /^video: got an object \(FakeCanvas\), expected a <video>/,
  );
  expect(() => call(pipeline, video, video, view)).toThrow('canvas: got an object (FakeVideo), expected a canvas');
  expect(() => call(pipeline, video, canvas, 'blur')).toThrow('view: got "blur", expected an object');
  expect(() => call(pipeline, video, canvas, view, { canvasSize: 'css' })).toThrow(
    "options.canvasSize: got \"css\", expected one of 'frame', 'layout', 'own'",
  );
  expect(() => call(pipeline, video, canvas, view, { whenHidden: 'stop' })).toThrow(
    "options.whenHidden: got \"stop\", expected one of 'pause', 'continue'",
  );
  expect(() => call(pipeline, video, canvas, view, { onError: 1 })).toThrow(
    'options.onError: got 1, expected a function',
  );
  expect(() => call(pipeline, video, canvas, view, { onDone: 1 })).toThrow(
    'options.onDone: got 1, expected one of the keys',
  );
  expect(() => call(pipeline, video, { getContext: () => null }, view, { canvasSize: 'layout' })).toThrow(
    "options.canvasSize: got \"layout\", expected 'frame' or 'own' for a canvas that is on no page",
  );
  expect(pipeline.calls).toEqual([]);
});
