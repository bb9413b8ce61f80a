// SPDX-License-Identifier: MIT

/** Tracks and streams of frames where there is no browser: enough for `processTrack`. */

/** A frame, or what was made of something to be sent. */
export class FakeVideoFrame {
  static open = 0;
  readonly timestamp: number;
  readonly displayWidth: number;
  readonly displayHeight: number;
  isClosed = false;

  constructor(
    readonly source: {
      width?: number;
      height?: number;
      displayWidth?: number;
      displayHeight?: number;
      shown?: unknown;
    },
    init: { timestamp?: number } = {},
  ) {
    FakeVideoFrame.open++;
    this.timestamp = init.timestamp ?? 0;
    this.displayWidth = source.displayWidth ?? source.width ?? 0;
    this.displayHeight = source.displayHeight ?? source.height ?? 0;
    this.shown = source.shown;
  }

  /** What it shows: a name that the test gave it, or what was drawn on its canvas. */
  readonly shown: unknown;

  clone(): FakeVideoFrame {
    return new FakeVideoFrame(this, { timestamp: this.timestamp });
  }

  close(): void {
    if (!this.isClosed) FakeVideoFrame.open--;
    this.isClosed = true;
  }
}

/** Knows what was drawn on it last. */
export class FakeCanvas {
  /** Times that a picture was drawn on any. */
  static drawings = 0;
  shown: unknown = 'black';

  constructor(
    public width: number,
    public height: number,
  ) {}

  getContext() {
    return {
      drawImage: (picture: { shown?: unknown }) => {
        FakeCanvas.drawings++;
        this.shown = picture.shown;
      },
      clearRect: () => {
        this.shown = 'black';
      },
    };
  }
}

/** A camera whose frames the test gives. */
export class FakeCamera extends EventTarget {
  readonly kind = 'video';
  readyState = 'live';
  private controller: ReadableStreamDefaultController<FakeVideoFrame> | undefined;

  getSettings() {
    return { width: 8, height: 6 };
  }

  stop(): void {
    this.readyState = 'ended';
  }

  /** Whether somebody reads it. */
  get isRead(): boolean {
    return this.controller !== undefined;
  }

  give(shown: unknown, timestamp: number): void {
    this.controller?.enqueue(new FakeVideoFrame({ width: 8, height: 6, shown }, { timestamp }));
  }

  frames(): ReadableStream<FakeVideoFrame> {
    return new ReadableStream({
      start: (controller) => {
        this.controller = controller;
      },
      cancel: () => {
        this.controller = undefined;
      },
    });
  }
}

class FakeProcessor {
  readonly readable: ReadableStream<FakeVideoFrame>;

  constructor({ track }: { track: FakeCamera }) {
    this.readable = track.frames();
  }
}

/** What was sent, in order. */
export class FakeGenerator extends FakeCamera {
  readonly sent: { shown: unknown; timestamp: number }[] = [];
  readonly writable = new WritableStream<FakeVideoFrame>({
    write: (frame) => {
      if (this.readyState === 'ended') throw new TypeError('Stream closed');
      this.sent.push({ shown: frame.shown, timestamp: frame.timestamp });
      frame.close();
    },
  });
}

const globals = {
  MediaStreamTrackProcessor: FakeProcessor,
  MediaStreamTrackGenerator: FakeGenerator,
  VideoFrame: FakeVideoFrame,
  OffscreenCanvas: FakeCanvas,
};

/** Runs something in a browser that has streams of frames. */
export async function withFakeTracks<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  const target = globalThis as Record<string, unknown>;
  const before = Object.keys(globals).map((name) => [name, Object.getOwnPropertyDescriptor(target, name)] as const);
  Object.assign(target, globals);
  try {
    return await work();
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(target, name, descriptor);
      else delete target[name];
    }
  }
}
