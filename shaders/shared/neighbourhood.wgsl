// Neighbours of a pixel. `width`, `height` and `connectivity` (4 or 8) are constants of the stage.
const noPixel = 0xffffffffu;

// The neighbour in direction 0 … connectivity - 1, in raster order; noPixel beyond the image. The first half lies before the pixel.
fn neighbourOf(pixel: u32, direction: u32) -> u32 {
  // Cells of a block of 3 × 3 around the pixel, which is cell 4.
  let cell = select(2u * direction + 1u, direction + select(0u, 1u, direction > 3u), connectivity == 8u);
  // One more than the neighbour's own, so that nothing falls below zero.
  let x = pixel % width + cell % 3u;
  let y = pixel / width + cell / 3u;
  if (x == 0u || y == 0u || x > width || y > height) { return noPixel; }
  return (y - 1u) * width + x - 1u;
}
