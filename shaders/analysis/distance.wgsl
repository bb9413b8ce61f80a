// Exact squared Euclidean distance to the nearest site, in pixels²: D(x, y) = min over x' of (x - x')² + g(x', y)², where g is the distance
// within column x' (line-distance). The minimum is a lower envelope of parabolas: Meijster, Roerdink and Hesselink, "A general algorithm for
// computing distance transforms in linear time", ISMM 2000. Whole numbers only. One invocation a row; it touches each parabola
// a bounded number of times, so a row costs O(width) whatever is in it.
//
// Widths and heights up to 32,767 keep x² + g² below 2³¹.

// @import invocation
// @import extent

const noDistance = 0xffffffffu;

// g; [pixelCount], noDistance in columns without a site.
@group(0) @binding(1) var<storage, read> columns: array<u32>;
// D; [pixelCount], noDistance where there is no site at all.
@group(0) @binding(2) var<storage, read_write> squared: array<u32>;
// The row's envelope from left to right: column of a parabola, first pixel where it is the lowest; [pixelCount].
@group(0) @binding(3) var<storage, read_write> envelope: array<vec2u>;

fn parabola(x: u32, column: u32, g: u32) -> u32 {
  let dx = max(x, column) - min(x, column);
  return dx * dx + g * g;
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let y = itemIndex(workgroup, invocation);
  if (y >= extent.height) { return; }
  let row = y * extent.width;
  var count = 0u;
  // The last parabola of the envelope: column, start and g.
  var top = vec2u();
  var topG = 0u;
  for (var x = 0u; x < extent.width; x++) {
    let g = columns[row + x];
    if (g == noDistance) { continue; }
    while (count > 0u && parabola(top.y, top.x, topG) > parabola(top.y, x, g)) {
      count--;
      if (count > 0u) {
        top = envelope[row + count - 1u];
        topG = columns[row + top.x];
      }
    }
    var start = 0u;
    if (count > 0u) {
      // The last pixel where the old one is no higher: not negative, as it is no higher at its own start.
      start = 1u + (x * x + g * g - (top.x * top.x + topG * topG)) / (2u * (x - top.x));
    }
    if (start < extent.width) {
      top = vec2u(x, start);
      topG = g;
      envelope[row + count] = top;
      count++;
    }
  }
  for (var i = extent.width; i > 0u; i--) {
    let x = i - 1u;
    if (count == 0u) {
      squared[row + x] = noDistance;
      continue;
    }
    squared[row + x] = parabola(x, top.x, topG);
    if (x == top.y && count > 1u) {
      count--;
      top = envelope[row + count - 1u];
      topG = columns[row + top.x];
    }
  }
}
