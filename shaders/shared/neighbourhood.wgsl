// Neighbours of a pixel of an image of `extent`. `connectivity` (4 or 8) is a constant of the stage.
const noPixel = 0xffffffffu;

// Column and row.
fn positionOf(pixel: u32) -> vec2u {
  return vec2u(pixel % extent.width, pixel / extent.width);
}

// The neighbour in direction 0 … connectivity - 1, in raster order; noPixel beyond the image. The first half lies before the pixel.
fn neighbourOf(position: vec2u, direction: u32) -> u32 {
  // Cells of a block of 3 × 3 around the pixel, which is cell 4.
  let cell = select(2u * direction + 1u, direction + select(0u, 1u, direction > 3u), connectivity == 8u);
  // One more than the neighbour's own, so that nothing falls below zero.
  let x = position.x + cell % 3u;
  let y = position.y + cell / 3u;
  if (x == 0u || y == 0u || x > extent.width || y > extent.height) { return noPixel; }
  return (y - 1u) * extent.width + x - 1u;
}
