// Packs a texture into RGBA, 8 bits a channel, one u32 a pixel: what the embedding reads. One invocation a pixel.

// @import invocation

@group(0) @binding(0) var source: texture_2d<f32>;
@group(0) @binding(1) var<storage, read_write> image: array<u32>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  let size = textureDimensions(source);
  if (pixel >= size.x * size.y) { return; }
  image[pixel] = pack4x8unorm(textureLoad(source, vec2u(pixel % size.x, pixel / size.x), 0));
}
