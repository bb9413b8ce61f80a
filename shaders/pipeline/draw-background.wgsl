// What the frame holds outside the foreground, at half size: premultiplied by the background's share of each pixel, so that a blur of
// it divided by the blur of the share never mixes foreground in. The frame is foreground over background, hence the background's
// part is the frame less the foreground layer. One invocation a pixel of half size.

// @import invocation
// @import drawing
// @import foreground
// @import halve

// [frameHeight, frameWidth], straight alpha
@group(0) @binding(1) var frame: texture_2d<f32>;
// Premultiplied RGBA, 16 bits a channel, [frameHeight, frameWidth]
@group(0) @binding(2) var<storage, read> foreground: array<vec2u>;
// Premultiplied, [⌈frameHeight/2⌉, ⌈frameWidth/2⌉]
@group(0) @binding(3) var<storage, read_write> background: array<vec4f>;

fn pictureAt(position: vec2u) -> vec4f {
  let shown = textureLoad(frame, position, 0);
  let covered = unpackForeground(foreground[position.y * drawing.frameWidth + position.x]);
  let share = max(shown.a - covered.a, 0.0);
  return vec4f(clamp(shown.rgb * shown.a - covered.rgb, vec3f(0.0), vec3f(share)), share);
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  let frameSize = vec2u(drawing.frameWidth, drawing.frameHeight);
  let size = halfOf(frameSize);
  if (pixel >= size.x * size.y) { return; }
  background[pixel] = halvedAt(vec2u(pixel % size.x, pixel / size.x), frameSize);
}
