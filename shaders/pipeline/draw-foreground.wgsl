// The foreground at the frame's size: how much of each frame pixel it covers, and its own colour there, free of the background's.
//
// 1. Joint bilateral upsampling of the coarse opacity (Kopf et al., "Joint Bilateral Upsampling", SIGGRAPH 2007): working pixels
//    around weigh in by distance and by how much their colour is that of the frame pixel.
// 2. F and B, mean colours of what surely is foreground and background around. Where a frame pixel I is a mixture of the two,
//    I = a·F + (1 - a)·B, its place on the line from B to F is a better opacity: a = (I - B)·(F - B)/|F - B|². It counts within a working
//    pixel of the edge only, as far as F and B are known and apart, and I lies on the line.
// 3. The foreground's colour, F + a·(I - a·F - (1 - a)·B) (Forte, "Approximate Fast Foreground Colour Estimation", ICIP 2021):
//    the frame's own where a = 1.
//
// Without refinement the coarse opacity is upsampled bilinearly, and the colour is the frame's. One invocation a frame pixel.

// @import invocation
// @import drawing
// @import foreground

// [frameHeight, frameWidth], straight alpha
@group(0) @binding(1) var frame: texture_2d<f32>;
// (red, green, blue, coarse opacity), [height, width]
@group(0) @binding(2) var<storage, read> guide: array<vec4f>;
// (sure foreground, sure background, lowest and highest coarse opacity near), [height, width]
@group(0) @binding(3) var<storage, read> edges: array<vec4f>;
// Premultiplied RGBA, 16 bits a channel, [frameHeight, frameWidth]
@group(0) @binding(4) var<storage, read_write> foreground: array<vec2u>;

// Working pixels. The window is ±radius.
const radius = 3i;
const spatialSigma = 1.5;
// Of colours on 0..1.
const colourSigma = 0.1;
// Of colours on 0..1: distance of F and B at which their line counts half.
const lineContrast = 0.1;
// Of colours on 0..1: deviation from the line.
const lineSigma = 0.1;
// Weights below it leave F, B and the opacity to their fallbacks.
const trace = 1e-3;
// Opacities that near 0 and 1 are 0 and 1: nothing that far from an edge is seen through.
const margin = 0.02;

struct Tap {
  position: vec2u,
  weight: f32,
}

fn bilinearTap(position: vec2f, corner: vec2u) -> Tap {
  let size = vec2f(f32(drawing.width), f32(drawing.height));
  let base = floor(position);
  let part = position - base;
  let offset = vec2f(corner);
  let weights = mix(1.0 - part, part, offset);
  return Tap(vec2u(clamp(base + offset, vec2f(0.0), size - 1.0)), weights.x * weights.y);
}

fn squared(v: vec3f) -> f32 {
  return dot(v, v);
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= drawing.frameWidth * drawing.frameHeight) { return; }
  let at = vec2u(pixel % drawing.frameWidth, pixel / drawing.frameWidth);
  let shown = textureLoad(frame, at, 0);
  let size = vec2i(i32(drawing.width), i32(drawing.height));
  let scale = vec2f(size) / vec2f(f32(drawing.frameWidth), f32(drawing.frameHeight));
  // In working pixels, 0 at the first one's centre.
  let position = (vec2f(at) + 0.5) * scale - 0.5;
  let nearest = clamp(vec2i(floor(position + 0.5)), vec2i(0), size - 1);
  let range = edges[nearest.y * size.x + nearest.x].zw;
  if (drawing.refinesEdges != 0u && (range.x >= 1.0 - margin || range.y <= margin)) {
    let opacity = select(0.0, 1.0, range.x >= 1.0 - margin);
    foreground[pixel] = packForeground(shown.rgb, opacity * shown.a);
    return;
  }

  var coarse = 0.0;
  var sure = vec2f(0.0);
  for (var corner = 0u; corner < 4u; corner++) {
    let tap = bilinearTap(position, vec2u(corner & 1u, corner >> 1u));
    let index = tap.position.y * drawing.width + tap.position.x;
    coarse += tap.weight * guide[index].w;
    sure += tap.weight * edges[index].xy;
  }
  if (drawing.refinesEdges == 0u) {
    foreground[pixel] = packForeground(shown.rgb, coarse * shown.a);
    return;
  }

  var upsampled = vec2f(0.0);
  var foregroundSum = vec4f(0.0);
  var backgroundSum = vec4f(0.0);
  let first = max(nearest - radius, vec2i(0));
  let last = min(nearest + radius, size - 1);
  for (var y = first.y; y <= last.y; y++) {
    for (var x = first.x; x <= last.x; x++) {
      let near = guide[y * size.x + x];
      let certain = edges[y * size.x + x].xy;
      let offset = vec2f(f32(x), f32(y)) - position;
      let spatial = exp(-dot(offset, offset) / (2.0 * spatialSigma * spatialSigma));
      let alike = spatial * (exp(-squared(shown.rgb - near.rgb) / (2.0 * colourSigma * colourSigma)) + trace);
      upsampled += alike * vec2f(near.w, 1.0);
      foregroundSum += spatial * certain.x * vec4f(near.rgb, 1.0);
      backgroundSum += spatial * certain.y * vec4f(near.rgb, 1.0);
    }
  }
  let colourF = (foregroundSum.rgb + trace * shown.rgb) / (foregroundSum.w + trace);
  let colourB = (backgroundSum.rgb + trace * shown.rgb) / (backgroundSum.w + trace);
  let across = colourF - colourB;
  let contrast = squared(across);
  let place = clamp(dot(shown.rgb - colourB, across) / max(contrast, 1e-6), 0.0, 1.0);
  let offLine = squared(shown.rgb - mix(colourB, colourF, place));
  let known = min(foregroundSum.w, backgroundSum.w);
  let trust = (1.0 - max(sure.x, sure.y)) * known / (known + 10.0 * trace)
    * contrast / (contrast + lineContrast * lineContrast) * exp(-offLine / (2.0 * lineSigma * lineSigma));
  let opacity = clamp((mix(upsampled.x / upsampled.y, place, trust) - margin) / (1.0 - 2.0 * margin), 0.0, 1.0);
  let colour = colourF + opacity * (shown.rgb - opacity * colourF - (1.0 - opacity) * colourB);
  foreground[pixel] = packForeground(clamp(colour, vec3f(0.0), vec3f(1.0)), opacity * shown.a);
}
