// Guided filter (He, Sun and Tang, "Guided image filtering", PAMI 2013), first step: sums over the part of each pixel's row that is within
// `radius`, of colours, of their products, of the probability and of its products with colours.
//
// All are whole numbers, so that a sum that slides along the row stays exact. Colours are bytes and the probability has 16 bits, in
// products cut into its high and low byte: a window of up to 255 × 255 pixels sums them below 2³². One invocation a strip of
// `stripLength` pixels of a row.

// @import invocation
// @import extent
// @import moments

struct Guide {
  // Pixels, 1..127.
  radius: u32,
  // On the square of colours in 0..1.
  epsilon: f32,
}

@group(0) @binding(1) var<uniform> settings: Guide;
// RGBA bytes; [pixelCount].
@group(0) @binding(2) var<storage, read> image: array<u32>;
// Bits of a float32 in 0..1; or (`isMask`) zero or not; [pixelCount].
@group(0) @binding(3) var<storage, read> probability: array<u32>;
// The four parts of Moments; [pixelCount].
@group(0) @binding(4) var<storage, read_write> means: array<vec4u>;
@group(0) @binding(5) var<storage, read_write> squares: array<vec4u>;
@group(0) @binding(6) var<storage, read_write> mixed: array<vec4u>;
@group(0) @binding(7) var<storage, read_write> products: array<vec4u>;

fn probabilityOf(pixel: u32) -> u32 {
  let bits = probability[pixel];
  if (isMask) { return select(0u, 65535u, bits != 0u); }
  // What is no number has no probability; the test is by bits because comparisons are not reliable there.
  if ((bits & 0x7f800000u) == 0x7f800000u) { return 0u; }
  return u32(clamp(bitcast<f32>(bits), 0.0, 1.0) * 65535.0 + 0.5);
}

fn momentsOf(pixel: u32) -> Moments {
  let word = image[pixel];
  let r = word & 255u;
  let g = (word >> 8u) & 255u;
  let b = (word >> 16u) & 255u;
  let p = probabilityOf(pixel);
  let high = p >> 8u;
  let low = p & 255u;
  return Moments(
    vec4u(r, g, b, p),
    vec4u(r * r, r * g, r * b, g * g),
    vec4u(g * b, b * b, r * high, r * low),
    vec4u(g * high, g * low, b * high, b * low),
  );
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let strips = (extent.width + stripLength - 1u) / stripLength;
  let strip = itemIndex(workgroup, invocation);
  if (strip >= strips * extent.height) { return; }
  let row = (strip / strips) * extent.width;
  let first = (strip % strips) * stripLength;
  let end = min(extent.width, first + stripLength);
  let radius = settings.radius;
  var sums = Moments(vec4u(), vec4u(), vec4u(), vec4u());
  // The window of the pixel before the strip, but for its first pixel.
  for (var x = first - min(first, radius); x < min(extent.width, first + radius); x++) {
    sums = plus(sums, momentsOf(row + x));
  }
  for (var x = first; x < end; x++) {
    if (x + radius < extent.width) { sums = plus(sums, momentsOf(row + x + radius)); }
    if (x > first && x > radius) { sums = minus(sums, momentsOf(row + x - radius - 1u)); }
    means[row + x] = sums.means;
    squares[row + x] = sums.squares;
    mixed[row + x] = sums.mixed;
    products[row + x] = sums.products;
  }
}
