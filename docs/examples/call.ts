// SPDX-License-Identifier: MIT

import { processTrack } from 'meanfield/pipeline';

export async function call(connection: RTCPeerConnection): Promise<() => Promise<void>> {
  const camera = await navigator.mediaDevices.getUserMedia({ video: true });
  const processed = processTrack({ network: 'person' }, camera.getVideoTracks()[0], { kind: 'blur' });
  connection.addTrack(processed.track);

  processed.setView({ kind: 'colour', colour: '#18a558' }); // from the next frame on
  processed.pause(); // the last processed frame stays
  processed.resume();

  // The processed track stays the same when the camera changes.
  const other = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  processed.replaceTrack(other.getVideoTracks()[0]);

  console.log(await processed.statistics()); // frames in, out, dropped, held, a second; latency
  return () => processed.stop(); // frees all that was made; the cameras stay on
}
