// SPDX-License-Identifier: MIT

// A LiveKit camera whose background is replaced before it is published, by a worker where the browser can.

import { createLocalVideoTrack, Room } from 'livekit-client';
import { BackgroundProcessor } from 'meanfield/livekit';

const form = document.querySelector('form') as HTMLFormElement;
const video = document.querySelector('video') as HTMLVideoElement;
const output = document.querySelector('output') as HTMLOutputElement;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  start().catch((error) => {
    output.textContent = String(error);
  });
});

async function start(): Promise<void> {
  const camera = await createLocalVideoTrack();
  const processor = new BackgroundProcessor(
    { kind: 'colour', colour: '#18a558' },
    { worker: () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }) },
  );
  // From here on the camera itself is neither shown nor published.
  await camera.setProcessor(processor);
  camera.attach(video);
  const { server, token } = Object.fromEntries(new FormData(form)) as Record<string, string>;
  if (!server) return;
  const room = new Room();
  await room.connect(server, token);
  await room.localParticipant.publishTrack(camera);
}
