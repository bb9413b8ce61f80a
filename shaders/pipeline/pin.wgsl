// Marks hold: where the user said which label a pixel has, that label gets a fixed probability and the others share the rest.
// Elsewhere the network's coarse planes are sampled as `unary` samples them. One invocation a pixel.

// @import invocation
// @import coarse-sample

struct Pin {
  grid: CoarseGrid,
  labelCount: u32,
  // What a pinned label gets, and each of the others: probabilities or their logarithms, as the planes are.
  pinnedValue: f32,
  otherValue: f32,
}

@group(0) @binding(0) var<uniform> pinOf: Pin;
// Probabilities or logits, [label, y, x], coarse.
@group(0) @binding(1) var<storage, read> planes: array<f32>;
// 0 where nothing was said, k for label k - 1, [y, x].
@group(0) @binding(2) var<storage, read> marks: array<u32>;
// As `planes`, [label, y, x] at the problem's size.
@group(0) @binding(3) var<storage, read_write> pinned: array<f32>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  let pixelCount = pinOf.grid.size.x * pinOf.grid.size.y;
  if (pixel >= pixelCount) { return; }
  let mark = marks[pixel];
  if (mark > 0u) {
    for (var label = 0u; label < pinOf.labelCount; label++) {
      pinned[label * pixelCount + pixel] = select(pinOf.otherValue, pinOf.pinnedValue, label == mark - 1u);
    }
    return;
  }
  let sample = coarseSampleOf(pinOf.grid, pixel);
  let plane = pinOf.grid.sourceSize.x * pinOf.grid.sourceSize.y;
  for (var label = 0u; label < pinOf.labelCount; label++) {
    let first = label * plane;
    let values = vec4f(
      planes[first + sample.offsets.x],
      planes[first + sample.offsets.y],
      planes[first + sample.offsets.z],
      planes[first + sample.offsets.w],
    );
    pinned[label * pixelCount + pixel] = dot(sample.weights, values);
  }
}
