// Copies a texture into the frame, as sRGB-encoded bytes. One invocation a pixel.
//
// A format that ends in -srgb is decoded when read, so it is encoded again (IEC 61966-2-1); all others hold encoded values already.
// Values outside 0..1 are clamped by the frame's format.

// @import invocation

@group(0) @binding(0) var source: texture_2d<f32>;
@group(0) @binding(1) var frame: texture_storage_2d<rgba8unorm, write>;

fn encoded(light: vec3f) -> vec3f {
  let curved = 1.055 * pow(max(light, vec3f(0.0031308)), vec3f(1.0 / 2.4)) - 0.055;
  return select(curved, 12.92 * light, light <= vec3f(0.0031308));
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  let size = textureDimensions(frame);
  if (pixel >= size.x * size.y) { return; }
  let at = vec2u(pixel % size.x, pixel / size.x);
  var colour = textureLoad(source, at, 0);
  if (linear) { colour = vec4f(encoded(colour.rgb), colour.a); }
  textureStore(frame, at, colour);
}
