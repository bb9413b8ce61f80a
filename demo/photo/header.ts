// SPDX-License-Identifier: MIT

/** A small file can unfold to gigabytes: what is larger than this is not decoded. */
const maximumPixels = 50_000_000;

/** An error whose text is meant for the person at the screen. */
export class PhotoError extends Error {
  override readonly name = 'PhotoError';
}

/** Throws PhotoError for what is empty, is no picture, or is one that is too large to decode. */
export async function checkHeader(name: string, blob: Blob): Promise<void> {
  if (blob.size === 0) throw new PhotoError(`${name} is empty. Perhaps it was not copied or downloaded to its end.`);
  const { width, height } = await sizeIn(name, blob);
  if (width * height <= maximumPixels) return;
  throw new PhotoError(
    `${name} has ${width} × ${height} pixels, ${Math.round((width * height) / 1e6)} million. ` +
      `At most ${maximumPixels / 1e6} million can be opened here: make it smaller first.`,
  );
}

/** As the browser itself reads the header: an image that nobody looks at is not decoded. */
async function sizeIn(name: string, blob: Blob): Promise<{ width: number; height: number }> {
  const image = new Image();
  const address = URL.createObjectURL(blob);
  try {
    await new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = reject;
      image.src = address;
    });
  } catch {
    throw new PhotoError(`${name} is not a picture that can be read. Use a PNG, JPEG, WebP, AVIF or GIF file.`);
  } finally {
    URL.revokeObjectURL(address);
  }
  return { width: image.naturalWidth, height: image.naturalHeight };
}
