// Gives back what refinement hollowed out: a pixel whose refined label is a background takes the label that it had before, if that is one of
// the labels to fuse, and the pixel lies in a hole of at most `limit` pixels (or anywhere, where `everywhere`). One invocation a pixel.

// @import invocation
// @import extent

struct Fusion {
  limit: u32,
}

@group(0) @binding(1) var<uniform> settings: Fusion;
// Labels before refinement; [pixelCount].
@group(0) @binding(2) var<storage, read> before: array<u32>;
// Labels after it; [pixelCount].
@group(0) @binding(3) var<storage, read> after: array<u32>;
// Bit 0: a background; bit 1: a label to fuse; [labelCount].
@group(0) @binding(4) var<storage, read> roles: array<u32>;
// Holes between labels that are no background: 0, or 1 + the hole's first pixel; [pixelCount].
@group(0) @binding(5) var<storage, read> roots: array<u32>;
// Pixels of each hole, by root; [pixelCount + 1].
@group(0) @binding(6) var<storage, read> sizes: array<u32>;
// [pixelCount]
@group(0) @binding(7) var<storage, read_write> fused: array<u32>;

fn hasRole(label: u32, role: u32) -> bool {
  if (label >= labelCount) { return false; }
  return (roles[label] & role) != 0u;
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  var label = after[pixel];
  if (hasRole(label, 1u) && hasRole(before[pixel], 2u)) {
    let root = roots[pixel];
    if (everywhere || (root > 0u && sizes[root] <= settings.limit)) { label = before[pixel]; }
  }
  fused[pixel] = label;
}
