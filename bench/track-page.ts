// SPDX-License-Identifier: MIT

import { type ProcessedTrack, processTrack, type TrackStatistics } from '../src/pipeline/index.js';

export interface TrackBenchSetting {
  backend: 'auto' | 'webgpu' | 'cpu';
  workingSize: number;
  width: number;
  height: number;
}

export interface TrackBenchSample extends TrackStatistics {
  hidden: boolean;
  /** Frames so far that came out at the other end of a call. */
  received: number;
  errors: string[];
}

/** The browser's fake camera, through `person`, CRF, smoothing and background blur, to the other end of a call in the same page. */
class TrackBenchPage {
  private processed: ProcessedTrack | undefined;
  private readonly there = new RTCPeerConnection();
  private readonly here = new RTCPeerConnection();
  private readonly errors: string[] = [];

  async open({ backend, workingSize, width, height }: TrackBenchSetting): Promise<void> {
    const camera = await navigator.mediaDevices.getUserMedia({ video: { width, height } });
    this.processed = processTrack(
      { backend, workingSize },
      camera.getVideoTracks()[0],
      { kind: 'blur' },
      {
        stopsCamera: true,
        onError: (error) => this.errors.push(String(error)),
      },
    );
    const { here, there } = this;
    here.onicecandidate = ({ candidate }) => candidate && there.addIceCandidate(candidate);
    there.onicecandidate = ({ candidate }) => candidate && here.addIceCandidate(candidate);
    here.addTrack(this.processed.track);
    await here.setLocalDescription();
    await there.setRemoteDescription(here.localDescription as RTCSessionDescription);
    await there.setLocalDescription();
    await here.setRemoteDescription(there.localDescription as RTCSessionDescription);
  }

  async sample(): Promise<TrackBenchSample> {
    const { processed, there, errors } = this;
    if (!processed) throw new Error('TrackBenchPage.sample before open');
    let received = 0;
    for (const report of (await there.getStats()).values()) {
      if (report.type === 'inbound-rtp') received = report.framesReceived ?? 0;
    }
    return { ...(await processed.statistics()), hidden: document.hidden, received, errors: errors.splice(0) };
  }

  async close(): Promise<void> {
    await this.processed?.stop();
    this.here.close();
    this.there.close();
  }
}

export type { TrackBenchPage };

Object.assign(globalThis, { meanfieldTrackBench: new TrackBenchPage() });
