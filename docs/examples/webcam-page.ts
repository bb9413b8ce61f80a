// SPDX-License-Identifier: MIT

// For a page with <button>, <video muted playsinline> and <canvas>.

import { Pipeline, playVideo } from 'meanfield/pipeline';

const button = document.querySelector('button') as HTMLButtonElement;
const video = document.querySelector('video') as HTMLVideoElement;
const canvas = document.querySelector('canvas') as HTMLCanvasElement;

button.addEventListener('click', async () => {
  button.disabled = true;
  const pipeline = await Pipeline.create({ budget: { framesPerSecond: 30 } });
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
  await video.play();
  playVideo(pipeline, video, canvas, { kind: 'blur' });
});
