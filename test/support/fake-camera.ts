// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';

type Rgb = readonly [red: number, green: number, blue: number];

/**
 * Writes a YUV4MPEG2 film that Chromium's fake camera repeats (`--use-file-for-fake-video-capture`). 4:2:0, BT.709,
 * limited range: colours that cover blocks of 2×2 pixels come back within 1.
 *
 * @param width even, as `height`
 * @param colourAt of the block whose upper left pixel this is, in a frame
 * @param frames 30 a second; a film of one would end, so there are at least two
 */
export async function writeCameraFile(
  file: string,
  width: number,
  height: number,
  colourAt: (x: number, y: number, frame: number) => Rgb,
  frames = 2,
): Promise<void> {
  const parts: Uint8Array[] = [Buffer.from(`YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420jpeg\n`)];
  for (let frame = 0; frame < frames; frame++) {
    parts.push(Buffer.from('FRAME\n'), ...planesOf(width, height, (x, y) => colourAt(x, y, frame)));
  }
  await writeFile(file, Buffer.concat(parts));
}

/** Luma, blue and red difference. */
function planesOf(width: number, height: number, colourAt: (x: number, y: number) => Rgb): Uint8Array[] {
  const luma = new Uint8Array(width * height);
  const blocks = (width / 2) * (height / 2);
  const blue = new Uint8Array(blocks);
  const red = new Uint8Array(blocks);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [r, g, b] = colourAt(x - (x % 2), y - (y % 2));
      // Rec. ITU-R BT.709-6, items 3.2 to 3.4; 8 bits.
      const brightness = 0.2126 * r + 0.7152 * g + 0.0722 * b;
      luma[y * width + x] = Math.round(16 + (219 * brightness) / 255);
      const block = (y >> 1) * (width / 2) + (x >> 1);
      blue[block] = Math.round(128 + (224 * (b - brightness)) / 1.8556 / 255);
      red[block] = Math.round(128 + (224 * (r - brightness)) / 1.5748 / 255);
    }
  }
  return [luma, blue, red];
}
