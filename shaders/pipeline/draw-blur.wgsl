// A Gaussian along one axis of a premultiplied picture, cut off at `radius` and at the border, its weights made to sum to 1.
// One invocation a pixel.

// @import invocation

struct Blur {
  width: u32,
  height: u32,
  // 0: along x, 1: along y.
  axis: u32,
  // Pixels.
  radius: u32,
  // 1/(2·sigma²), 1/pixels².
  falloff: f32,
}

@group(0) @binding(0) var<uniform> blur: Blur;
// Premultiplied, [height, width]
@group(0) @binding(1) var<storage, read> source: array<vec4f>;
// Premultiplied, [height, width]
@group(0) @binding(2) var<storage, read_write> blurred: array<vec4f>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= blur.width * blur.height) { return; }
  let stride = select(1u, blur.width, blur.axis == 1u);
  let at = select(pixel % blur.width, pixel / blur.width, blur.axis == 1u);
  let length = select(blur.width, blur.height, blur.axis == 1u);
  let first = at - min(at, blur.radius);
  let last = min(at + blur.radius, length - 1u);
  var sum = vec4f(0.0);
  var weights = 0.0;
  for (var other = first; other <= last; other++) {
    let distance = f32(other) - f32(at);
    let weight = exp(-distance * distance * blur.falloff);
    sum += weight * source[pixel + stride * other - stride * at];
    weights += weight;
  }
  blurred[pixel] = sum / weights;
}
