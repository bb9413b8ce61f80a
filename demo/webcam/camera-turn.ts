// SPDX-License-Identifier: MIT

import { batch, signal } from '@preact/signals';
import { type CameraOptions, closeCamera, openCamera } from './camera.js';

export interface CameraListener {
  /** The video shows another frame. */
  onFrame(): void;
  /** It was taken away while it ran. */
  onEnded(): void;
}

/** The camera, from its turning on to its turning off. */
export class CameraTurn {
  /** Shows the camera as it is: beneath the result, and alone while there is none. */
  readonly video = document.createElement('video');
  readonly status = signal<'off' | 'asking' | 'on'>('off');
  /** Of its picture, in pixels. */
  readonly extent = signal<{ width: number; height: number } | undefined>(undefined);
  private callback = 0;
  /** Ends the turn, also while the browser asks for the camera. */
  private turn = new AbortController();

  constructor(private readonly listener: CameraListener) {}

  /**
   * Asks for the camera. Throws CameraError.
   *
   * @param size what is best
   * @returns whether it is on: it was not turned off meanwhile
   */
  async start(size: () => Promise<NonNullable<CameraOptions['size']>>): Promise<boolean> {
    const { signal: ended } = this.turn;
    this.status.value = 'asking';
    try {
      await openCamera(this.video, { size: await size(), ended, onEnded: () => this.listener.onEnded() });
    } catch (error) {
      if (ended.aborted) return false;
      this.status.value = 'off';
      throw error;
    }
    batch(() => {
      this.measure();
      this.status.value = 'on';
    });
    this.waitForFrame();
    return true;
  }

  /** Its light goes out. */
  stop(): void {
    this.turn.abort();
    this.turn = new AbortController();
    this.video.cancelVideoFrameCallback?.(this.callback);
    closeCamera(this.video);
    this.status.value = 'off';
  }

  private waitForFrame(): void {
    this.callback = this.video.requestVideoFrameCallback(() => {
      if (this.status.value !== 'on') return;
      this.measure();
      this.listener.onFrame();
      this.waitForFrame();
    });
  }

  private measure(): void {
    const { videoWidth: width, videoHeight: height } = this.video;
    const extent = this.extent.value;
    if (extent?.width !== width || extent.height !== height) this.extent.value = { width, height };
  }
}
