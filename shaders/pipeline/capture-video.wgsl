// Copies a video's picture into the frame, as sRGB-encoded bytes. One invocation a pixel.
//
// Sampled, not loaded: most videos hold their colours at half the size, and loading would repeat them in blocks of two by two.
// At a pixel's centre the sampler gives the luma's own value.

// @import invocation

@group(0) @binding(0) var source: texture_external;
@group(0) @binding(1) var linear: sampler;
@group(0) @binding(2) var frame: texture_storage_2d<rgba8unorm, write>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  let size = textureDimensions(frame);
  if (pixel >= size.x * size.y) { return; }
  let at = vec2u(pixel % size.x, pixel / size.x);
  let place = (vec2f(at) + 0.5) / vec2f(size);
  textureStore(frame, at, textureSampleBaseClampToEdge(source, linear, place));
}
