// SPDX-License-Identifier: MIT

type Context = OffscreenCanvasRenderingContext2D;

/** A background that the page draws itself. */
export interface DrawnScene {
  id: string;
  title: string;
  draw: (context: Context, width: number, height: number) => void;
}

/** Pixels; a background is out of focus anyway. */
const size = { width: 1280, height: 720 } as const;

/** Backgrounds that come with the page. */
export const scenes: readonly DrawnScene[] = [
  { id: 'studio', title: 'Studio', draw: drawStudio },
  { id: 'dusk', title: 'Dusk', draw: drawDusk },
  { id: 'leaves', title: 'Leaves', draw: drawLeaves },
];

export function pictureOfScene(scene: DrawnScene): ImageBitmap {
  const canvas = new OffscreenCanvas(size.width, size.height);
  // Kept in memory, and not on a GPU that may be lost.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context) scene.draw(context, size.width, size.height);
  return canvas.transferToImageBitmap();
}

/** Grey paper with a lamp on it. */
function drawStudio(context: Context, width: number, height: number): void {
  const light = context.createRadialGradient(0.5 * width, 0.38 * height, 0, 0.5 * width, 0.45 * height, 0.75 * width);
  light.addColorStop(0, '#e9e6e1');
  light.addColorStop(0.55, '#b9b6b2');
  light.addColorStop(1, '#6f6d6d');
  fill(context, light, width, height);
}

/** Hills before an evening sky, each row nearer and darker. */
function drawDusk(context: Context, width: number, height: number): void {
  const sky = context.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, '#243b63');
  sky.addColorStop(0.45, '#8d6f95');
  sky.addColorStop(0.7, '#f2b083');
  sky.addColorStop(1, '#f8d9a8');
  fill(context, sky, width, height);
  context.fillStyle = '#ffe9bd';
  context.beginPath();
  context.arc(0.7 * width, 0.58 * height, 0.05 * width, 0, 2 * Math.PI);
  context.fill();
  for (const [row, colour] of ['#8a6a86', '#5c4f76', '#35385c'].entries()) {
    const top = (0.62 + 0.12 * row) * height;
    context.fillStyle = colour;
    context.beginPath();
    context.moveTo(0, height);
    for (let x = 0; x <= width; x += 8) {
      const wave = Math.sin(x / (170 - 30 * row) + 2 * row) + 0.5 * Math.sin(x / 71 + row);
      context.lineTo(x, top - 0.05 * height * wave);
    }
    context.lineTo(width, height);
    context.fill();
  }
}

/** Leaves on a pale wall. */
function drawLeaves(context: Context, width: number, height: number): void {
  const wall = context.createLinearGradient(0, 0, width, height);
  wall.addColorStop(0, '#f1ede2');
  wall.addColorStop(1, '#d8d3c3');
  fill(context, wall, width, height);
  const greens = ['#5f7f5a', '#7d9a6c', '#3f6350', '#9ab183'];
  for (let stem = 0; stem < 6; stem++) {
    const isLeft = stem % 2 === 0;
    const foot = isLeft ? (0.02 + 0.05 * stem) * width : (0.98 - 0.05 * (stem - 1)) * width;
    const lean = isLeft ? 0.35 : -0.35;
    for (let leaf = 0; leaf < 7; leaf++) {
      const up = (0.12 + 0.1 * leaf) * height;
      context.save();
      context.translate(foot + lean * up * 0.5, height - up);
      context.rotate(lean * 0.6 + (leaf % 2 === 0 ? 0.65 : -0.65));
      context.fillStyle = greens[(stem + leaf) % greens.length];
      context.beginPath();
      context.ellipse(0, -0.07 * height, 0.026 * height, 0.08 * height, 0, 0, 2 * Math.PI);
      context.fill();
      context.restore();
    }
  }
}

function fill(context: Context, style: CanvasGradient, width: number, height: number): void {
  context.fillStyle = style;
  context.fillRect(0, 0, width, height);
}
