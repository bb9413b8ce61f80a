// SPDX-License-Identifier: MIT

// Background blur of anything: the embedded network learns the colours of what is in the middle of one picture of the camera. For people
// there is a shorter way: Pipeline.create() without a network finds them by itself, and needs no setPrompts.

import { Pipeline, type Playing, type Prompts, playVideo } from 'meanfield/pipeline';

const video = document.querySelector('video') as HTMLVideoElement;
const canvas = document.querySelector('canvas') as HTMLCanvasElement;
const message = document.querySelector('#message') as HTMLElement;
const cameraButton = document.querySelector('#camera') as HTMLButtonElement;
const keyButton = document.querySelector('#key') as HTMLButtonElement;

let running: { pipeline: Pipeline; playing: Playing } | undefined;

cameraButton.addEventListener('click', () => press(running ? stop : start));
keyButton.addEventListener('click', () => press(learn));

async function start(): Promise<void> {
  message.textContent = 'Loading…';
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'user' } });
  await video.play();
  const pipeline = await Pipeline.create({ network: 'colour-prompt' });
  await pipeline.setPrompts(video, middleOf(video));
  const playing = playVideo(
    pipeline,
    video,
    canvas,
    { kind: 'blur', mirror: true },
    {
      onFrame: () => {
        message.textContent = `${playing.drawnFrames} frames`;
      },
      onError: show,
    },
  );
  running = { pipeline, playing };
}

/** Takes the picture that the camera gives now as the one to learn from. */
async function learn(): Promise<void> {
  await running?.pipeline.setPrompts(video, middleOf(video));
}

async function stop(): Promise<void> {
  await running?.playing.stop();
  await running?.pipeline.destroy();
  running = undefined;
  for (const track of (video.srcObject as MediaStream).getTracks()) track.stop();
  message.textContent = 'The camera is off.';
}

/** Strokes over head and chest of a person in the middle of the picture, and over what is beside them. */
function middleOf({ videoWidth: width, videoHeight: height }: HTMLVideoElement): Prompts {
  const stroke = (label: number, ...points: [x: number, y: number][]) => ({
    label,
    radius: 0.04 * height,
    points: points.map(([x, y]) => ({ x: x * width, y: y * height })),
  });
  return {
    width,
    height,
    labelCount: 2,
    strokes: [
      stroke(1, [0.5, 0.3], [0.5, 0.95]),
      stroke(1, [0.4, 0.8], [0.6, 0.8]),
      stroke(0, [0.05, 0.6], [0.05, 0.05], [0.95, 0.05], [0.95, 0.6]),
    ],
  };
}

/** One thing at a time, and whatever fails is said. */
async function press(work: () => Promise<void>): Promise<void> {
  cameraButton.disabled = true;
  keyButton.disabled = true;
  await work().catch(show);
  cameraButton.disabled = false;
  cameraButton.textContent = running ? 'Stop the camera' : 'Start the camera';
  keyButton.disabled = !running;
}

function show(error: unknown): void {
  message.textContent = String(error);
}
