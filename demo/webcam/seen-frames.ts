// SPDX-License-Identifier: MIT

/**
 * Knows which of the camera's frames is on the screen with its effect: the worker takes its time, so it is not the camera's latest.
 * Holds two of them at most, as a camera has few.
 */
export class SeenFrames {
  private sent: VideoFrame | undefined;
  private shown: VideoFrame | undefined;

  /** To the worker; this one stays the caller's. */
  send(frame: VideoFrame): void {
    this.sent?.close();
    this.sent = frame.clone();
  }

  /** What was sent last is on the screen now. */
  arrive(): void {
    if (!this.sent) return;
    this.shown?.close();
    this.shown = this.sent;
    this.sent = undefined;
  }

  /** A copy for the caller to close; undefined before the first. */
  current(): VideoFrame | undefined {
    return this.shown?.clone();
  }

  clear(): void {
    this.sent?.close();
    this.shown?.close();
    this.sent = undefined;
    this.shown = undefined;
  }
}
