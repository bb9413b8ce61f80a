// SPDX-License-Identifier: MIT

// Runs in a page: keeps count of the VideoFrames that this thread's code has made or read, and not closed.

const open = new Set<VideoFrame>();

/** From now on. */
export function watchFrames(): void {
  if (!('VideoFrame' in globalThis)) return;
  const Original = globalThis.VideoFrame;
  const { close, clone } = Original.prototype;
  const { read } = ReadableStreamDefaultReader.prototype;
  globalThis.VideoFrame = new Proxy(Original, {
    construct: (target, given) => opened(Reflect.construct(target, given)),
  });
  Original.prototype.clone = function () {
    return opened(clone.call(this));
  };
  Original.prototype.close = function () {
    open.delete(this);
    close.call(this);
  };
  ReadableStreamDefaultReader.prototype.read = async function () {
    const result = await read.call(this);
    if (result.value instanceof Original) opened(result.value);
    return result;
  };
}

function opened(frame: VideoFrame): VideoFrame {
  open.add(frame);
  return frame;
}

export function openFrames(): number {
  return open.size;
}
