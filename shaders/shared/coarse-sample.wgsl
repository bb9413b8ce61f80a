// Where the problem's pixels lie in an array of another size, or in a window of it (ArrayShape in types.ts).
// The same words in `crf/coarse-grid.ts`.
struct CoarseGrid {
  // The problem's pixels, and the array's samples.
  size: vec2u,
  sourceSize: vec2u,
  // Of the window, where `windowed`: samples at which pixel 0 lies, samples from pixel to pixel, first and last sample in it.
  windowOrigin: vec2f,
  windowStep: vec2f,
  windowFirst: vec2u,
  windowLast: vec2u,
}

// Four samples around a pixel, as offsets into a plane of the array, and their weights.
struct CoarseSample {
  offsets: vec4u,
  weights: vec4f,
}

// Bilinear: at pixel edges (half-pixel), with corner centres aligned, or in a window.
fn coarseSampleOf(grid: CoarseGrid, pixel: u32) -> CoarseSample {
  let position = vec2f(f32(pixel % grid.size.x), f32(pixel / grid.size.x));
  let full = vec2f(grid.size);
  let size = vec2f(grid.sourceSize);
  var at = (position + 0.5) * (size / full) - 0.5;
  if (alignCorners) { at = position * ((size - 1.0) / max(full - 1.0, vec2f(1.0))); }
  at = clamp(at, vec2f(0.0), size - 1.0);
  var last = grid.sourceSize - 1u;
  if (windowed) {
    at = clamp(position * grid.windowStep + grid.windowOrigin, vec2f(grid.windowFirst), vec2f(grid.windowLast));
    last = grid.windowLast;
  }
  let low = min(vec2u(at), last);
  let high = min(low + 1u, last);
  let part = at - vec2f(low);
  let lines = vec2u(low.y, high.y) * grid.sourceSize.x;
  return CoarseSample(
    vec4u(lines.x + low.x, lines.x + high.x, lines.y + low.x, lines.y + high.x),
    vec4f((1.0 - part.x) * (1.0 - part.y), part.x * (1.0 - part.y), (1.0 - part.x) * part.y, part.x * part.y),
  );
}
