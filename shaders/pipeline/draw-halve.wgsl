// Halves a premultiplied picture: sums of 2×2 pixels, divided by 4; pixels beyond the border count as nothing. One invocation a pixel of half size.

// @import invocation

struct Halve {
  // Of the source.
  width: u32,
  height: u32,
}

@group(0) @binding(0) var<uniform> halve: Halve;
// Premultiplied, [height, width]
@group(0) @binding(1) var<storage, read> source: array<vec4f>;
// Premultiplied, [⌈height/2⌉, ⌈width/2⌉]
@group(0) @binding(2) var<storage, read_write> halved: array<vec4f>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, workgroups, invocation);
  let size = (vec2u(halve.width, halve.height) + 1u) / 2u;
  if (pixel >= size.x * size.y) { return; }
  let first = 2u * vec2u(pixel % size.x, pixel / size.x);
  let end = min(first + 2u, vec2u(halve.width, halve.height));
  var sum = vec4f(0.0);
  for (var y = first.y; y < end.y; y++) {
    for (var x = first.x; x < end.x; x++) { sum += source[y * halve.width + x]; }
  }
  halved[pixel] = 0.25 * sum;
}
