// Halves a premultiplied picture. One invocation a pixel of half size.

// @import invocation
// @import halve

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

fn pictureAt(position: vec2u) -> vec4f {
  return source[position.y * halve.width + position.x];
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  let sourceSize = vec2u(halve.width, halve.height);
  let size = halfOf(sourceSize);
  if (pixel >= size.x * size.y) { return; }
  halved[pixel] = halvedAt(vec2u(pixel % size.x, pixel / size.x), sourceSize);
}
