// SPDX-License-Identifier: MIT

/** A new track, and where its frames go: they are closed by whoever reads them there. */
export interface WrittenTrack {
  track: MediaStreamTrack;
  writable: WritableStream<VideoFrame>;
}

/** What TypeScript's library of a page lacks: some browsers have them there, some in workers only. */
interface TrackGlobals {
  MediaStreamTrackProcessor?: new (init: {
    track: MediaStreamTrack;
    maxBufferSize?: number;
  }) => { readonly readable: ReadableStream<VideoFrame> };
  VideoTrackGenerator?: new () => WrittenTrack;
  MediaStreamTrackGenerator?: new (init: {
    kind: 'video';
  }) => MediaStreamTrack & { readonly writable: WritableStream<VideoFrame> };
}

/** The frames of a track, one waiting at a time; undefined where the browser can't. Each must be closed. */
export function framesOf(track: MediaStreamTrack): ReadableStream<VideoFrame> | undefined {
  const { MediaStreamTrackProcessor: Processor } = globalThis as TrackGlobals;
  return Processor && new Processor({ track, maxBufferSize: 1 }).readable;
}

/** Undefined where the browser can't. */
export function createWrittenTrack(): WrittenTrack | undefined {
  const { VideoTrackGenerator, MediaStreamTrackGenerator } = globalThis as TrackGlobals;
  if (VideoTrackGenerator) {
    const { track, writable } = new VideoTrackGenerator();
    return { track, writable };
  }
  if (!MediaStreamTrackGenerator) return undefined;
  const track = new MediaStreamTrackGenerator({ kind: 'video' });
  return { track, writable: track.writable };
}

/** Whether tracks are read and written as streams of frames here. */
export function hasTrackStreams(): boolean {
  const { MediaStreamTrackProcessor, VideoTrackGenerator, MediaStreamTrackGenerator } = globalThis as TrackGlobals;
  return MediaStreamTrackProcessor !== undefined && (VideoTrackGenerator ?? MediaStreamTrackGenerator) !== undefined;
}
