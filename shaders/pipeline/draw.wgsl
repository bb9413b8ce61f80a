// Draws a view of the frame into a canvas or any other target. One fragment a target pixel.
//
// Where one target pixel covers several frame pixels it is the mean of `taps`×`taps` bilinear samples: none is left out. Colours are mixed as
// they are stored, as a 2-D canvas does it. The result is premultiplied, for a canvas with alphaMode 'premultiplied', unless `straight`.

// @import foreground

struct Picture {
  frameSize: vec2f,
  // Working size.
  size: vec2f,
  // Frame position of target position p: offset + step·p, in frame pixels.
  offset: vec2f,
  step: vec2f,
  // The same for the background image, in its pixels, from frame positions.
  imageOffset: vec2f,
  imageStep: f32,
  // Samples a target pixel and axis: of the frame, of the background image.
  taps: u32,
  imageTaps: u32,
  labelCount: u32,
  // 1: straight alpha.
  straight: u32,
  // Target pixels from the left that show the frame as it is.
  split: f32,
  // Of labels over the frame, 0..1.
  opacity: f32,
  // Half the outline's width in target pixels; 0: none.
  outline: f32,
  // Target pixels a working pixel.
  magnification: f32,
  // Size of the blurred background, and frame pixels a pixel of it.
  backgroundWidth: u32,
  backgroundHeight: u32,
  backgroundScale: f32,
  // 0: one colour, 1: the blurred background, 2: the background image, 3: nothing.
  behind: u32,
  // Premultiplied.
  colour: vec4f,
}

@group(0) @binding(0) var<uniform> picture: Picture;
// [frameHeight, frameWidth], straight alpha
@group(0) @binding(1) var frame: texture_2d<f32>;
// Any size, straight alpha
@group(0) @binding(2) var image: texture_2d<f32>;
// Premultiplied RGBA, 16 bits a channel, [frameHeight, frameWidth]
@group(0) @binding(3) var<storage, read> foreground: array<vec2u>;
// Premultiplied, [backgroundHeight, backgroundWidth]
@group(0) @binding(4) var<storage, read> background: array<vec4f>;
// (label, label beyond, bits of the distance in working pixels, 0), [height, width]
@group(0) @binding(5) var<storage, read> contours: array<vec4u>;
// Straight RGBA a label, [labelCount]
@group(0) @binding(6) var<storage, read> colours: array<vec4f>;
// [height, width]
@group(0) @binding(7) var<storage, read> labelMap: array<u32>;
// [labelCount, height, width]
@group(0) @binding(8) var<storage, read> marginals: array<f32>;

// A triangle that covers the target.
@vertex
fn vertexMain(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
  return vec4f(select(-1.0, 3.0, vertex == 1u), select(-1.0, 3.0, vertex == 2u), 0.0, 1.0);
}

fn premultiply(colour: vec4f) -> vec4f {
  return vec4f(colour.rgb * colour.a, colour.a);
}

fn frameTexel(at: vec2f) -> vec4f {
  return premultiply(textureLoad(frame, vec2u(clamp(at, vec2f(0.0), picture.frameSize - 1.0)), 0));
}

fn imageTexel(at: vec2f) -> vec4f {
  return premultiply(textureLoad(image, vec2u(clamp(at, vec2f(0.0), vec2f(textureDimensions(image)) - 1.0)), 0));
}

fn foregroundTexel(at: vec2f) -> vec4f {
  let texel = vec2u(clamp(at, vec2f(0.0), picture.frameSize - 1.0));
  return unpackForeground(foreground[texel.y * u32(picture.frameSize.x) + texel.x]);
}

fn backgroundTexel(at: vec2f) -> vec4f {
  let texel = vec2u(clamp(at, vec2f(0.0), vec2f(f32(picture.backgroundWidth), f32(picture.backgroundHeight)) - 1.0));
  return background[texel.y * picture.backgroundWidth + texel.x];
}

fn between(part: vec2f, a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> vec4f {
  return mix(mix(a, b, part.x), mix(c, d, part.x), part.y);
}

// Positions are in pixels, 0 at the left edge of the first. At a pixel's centre one is loaded instead of four.
fn frameAt(position: vec2f) -> vec4f {
  let base = floor(position - 0.5);
  let part = position - 0.5 - base;
  if (all(part == vec2f(0.0))) { return frameTexel(base); }
  return between(part, frameTexel(base), frameTexel(base + vec2f(1.0, 0.0)), frameTexel(base + vec2f(0.0, 1.0)), frameTexel(base + 1.0));
}

fn imageAt(position: vec2f) -> vec4f {
  let base = floor(position - 0.5);
  let part = position - 0.5 - base;
  if (all(part == vec2f(0.0))) { return imageTexel(base); }
  return between(part, imageTexel(base), imageTexel(base + vec2f(1.0, 0.0)), imageTexel(base + vec2f(0.0, 1.0)), imageTexel(base + 1.0));
}

fn foregroundAt(position: vec2f) -> vec4f {
  let base = floor(position - 0.5);
  let part = position - 0.5 - base;
  if (all(part == vec2f(0.0))) { return foregroundTexel(base); }
  return between(part, foregroundTexel(base), foregroundTexel(base + vec2f(1.0, 0.0)), foregroundTexel(base + vec2f(0.0, 1.0)), foregroundTexel(base + 1.0));
}

// The blurred background: opaque, as it goes on behind the foreground.
fn blurredAt(framePosition: vec2f) -> vec4f {
  let position = framePosition / picture.backgroundScale;
  let base = floor(position - 0.5);
  let sum = between(position - 0.5 - base, backgroundTexel(base), backgroundTexel(base + vec2f(1.0, 0.0)),
    backgroundTexel(base + vec2f(0.0, 1.0)), backgroundTexel(base + 1.0));
  return vec4f(sum.rgb / max(sum.a, 1e-30), select(0.0, 1.0, sum.a > 0.0));
}

// Centre of sample `index` of `taps` in 0..1.
fn sample(index: u32, taps: u32) -> f32 {
  return (f32(index) + 0.5) / f32(taps);
}

fn meanFrame(corner: vec2f) -> vec4f {
  var sum = vec4f(0.0);
  for (var y = 0u; y < picture.taps; y++) {
    for (var x = 0u; x < picture.taps; x++) {
      let part = vec2f(sample(x, picture.taps), sample(y, picture.taps));
      sum += frameAt(picture.offset + picture.step * (corner + part));
    }
  }
  return sum / f32(picture.taps * picture.taps);
}

fn meanForeground(corner: vec2f) -> vec4f {
  var sum = vec4f(0.0);
  for (var y = 0u; y < picture.taps; y++) {
    for (var x = 0u; x < picture.taps; x++) {
      let part = vec2f(sample(x, picture.taps), sample(y, picture.taps));
      sum += foregroundAt(picture.offset + picture.step * (corner + part));
    }
  }
  return sum / f32(picture.taps * picture.taps);
}

fn meanImage(corner: vec2f) -> vec4f {
  var sum = vec4f(0.0);
  for (var y = 0u; y < picture.imageTaps; y++) {
    for (var x = 0u; x < picture.imageTaps; x++) {
      let part = vec2f(sample(x, picture.imageTaps), sample(y, picture.imageTaps));
      sum += imageAt(picture.imageOffset + picture.imageStep * (picture.offset + picture.step * (corner + part)));
    }
  }
  return sum / f32(picture.imageTaps * picture.imageTaps);
}

fn isInFrame(position: vec2f) -> bool {
  return all(position >= vec2f(0.0)) && all(position < picture.frameSize);
}

fn finished(premultiplied: vec4f) -> vec4f {
  if (picture.straight == 0u || premultiplied.a <= 0.0) { return premultiplied; }
  return vec4f(premultiplied.rgb / premultiplied.a, premultiplied.a);
}

@fragment
fn original(@builtin(position) fragment: vec4f) -> @location(0) vec4f {
  if (!isInFrame(picture.offset + picture.step * fragment.xy)) { return vec4f(0.0); }
  return finished(meanFrame(floor(fragment.xy)));
}

struct Labels {
  // The label here and the nearest other one.
  own: u32,
  other: u32,
  // To the contour between the two, in working pixels.
  distance: f32,
}

// Weights of the quadratic B-spline at -1, 0 and 1 around its nearest sample: smooth contours from whole pixels.
fn splineWeights(part: f32) -> vec3f {
  return vec3f(0.5 * (0.5 - part) * (0.5 - part), 0.75 - part * part, 0.5 * (0.5 + part) * (0.5 + part));
}

// Of each label there is in 3×3 working pixels, the interpolated distance to its contour, positive inside: the two highest decide.
fn labelsAt(position: vec2f) -> Labels {
  let size = picture.size;
  let centre = clamp(floor(position), vec2f(0.0), size - 1.0);
  let part = clamp(position - centre - 0.5, vec2f(-0.5), vec2f(0.5));
  let weightsX = splineWeights(part.x);
  let weightsY = splineWeights(part.y);
  let middle = contours[u32(centre.y) * u32(size.x) + u32(centre.x)];
  // So far from any contour all of 3×3 is one label, and no outline reaches here.
  let away = bitcast<f32>(middle.z);
  if (away - 1.5 > max((picture.outline + 0.5) / picture.magnification, 0.5)) { return Labels(middle.x, middle.y, away); }
  var labels: array<u32, 9>;
  var distances: array<f32, 9>;
  var sum = 0.0;
  var isPlain = true;
  // @unroll
  for (var i = 0u; i < 9u; i++) {
    let offset = vec2f(f32(i % 3u), f32(i / 3u)) - 1.0;
    let at = vec2u(clamp(centre + offset, vec2f(0.0), size - 1.0));
    let near = contours[at.y * u32(size.x) + at.x];
    labels[i] = near.x;
    distances[i] = bitcast<f32>(near.z) * weightsX[i % 3u] * weightsY[i / 3u];
    sum += distances[i];
    isPlain = isPlain && near.x == middle.x;
  }
  if (isPlain) { return Labels(middle.x, middle.y, sum); }
  var best = Labels(0u, 0u, 0.0);
  var first = -1e9;
  var second = -1e9;
  for (var i = 0u; i < 9u; i++) {
    let label = labels[i];
    var isNew = true;
    for (var j = 0u; j < i; j++) { isNew = isNew && labels[j] != label; }
    if (!isNew) { continue; }
    var score = 0.0;
    for (var j = 0u; j < 9u; j++) { score += select(-distances[j], distances[j], labels[j] == label); }
    if (score > first) {
      second = first;
      best.other = best.own;
      first = score;
      best.own = label;
    } else if (score > second) {
      second = score;
      best.other = label;
    }
  }
  best.distance = 0.5 * (first - second);
  return best;
}

// Labels in colour over the frame (over nothing where `behind` says so), each with an outline on its side of the contour; where only one of the two is visible, on both.
@fragment
fn overlay(@builtin(position) fragment: vec4f) -> @location(0) vec4f {
  let position = picture.offset + picture.step * fragment.xy;
  if (!isInFrame(position)) { return vec4f(0.0); }
  let shown = meanFrame(floor(fragment.xy));
  if (fragment.x < picture.split) { return finished(shown); }
  let below = select(shown, vec4f(0.0), picture.behind == 3u);
  let labels = labelsAt(position * picture.size / picture.frameSize);
  let distance = labels.distance * picture.magnification;
  let inside = clamp(0.5 + distance, 0.5, 1.0);
  let own = colours[labels.own];
  let other = colours[labels.other];
  let fill = picture.opacity * mix(premultiply(other), premultiply(own), inside);
  var drawn = fill + (1.0 - fill.a) * below;
  if (picture.outline > 0.0 && labels.own != labels.other) {
    let visible = vec2f(select(0.0, 1.0, own.a > 0.0), select(0.0, 1.0, other.a > 0.0));
    let share = vec2f(inside, 1.0 - inside) * visible;
    let strength = clamp(picture.outline + 0.5 - distance, 0.0, 1.0) * max(visible.x, visible.y);
    let line = (share.x * own.rgb + share.y * other.rgb) / max(share.x + share.y, 1e-6);
    let colour = select(select(other.rgb, own.rgb, visible.x > 0.0), line, share.x + share.y > 1e-6);
    drawn = mix(drawn, vec4f(colour, 1.0), strength);
  }
  return finished(drawn);
}

// The probability of the label, from black for 1/labelCount to white for 1.
@fragment
fn confidence(@builtin(position) fragment: vec4f) -> @location(0) vec4f {
  let position = picture.offset + picture.step * fragment.xy;
  if (!isInFrame(position)) { return vec4f(0.0); }
  if (fragment.x < picture.split) { return finished(meanFrame(floor(fragment.xy))); }
  let grid = position * picture.size / picture.frameSize - 0.5;
  let base = floor(grid);
  let part = grid - base;
  var probability = 0.0;
  for (var corner = 0u; corner < 4u; corner++) {
    let offset = vec2f(f32(corner & 1u), f32(corner >> 1u));
    let weights = mix(1.0 - part, part, offset);
    let at = vec2u(clamp(base + offset, vec2f(0.0), picture.size - 1.0));
    let pixel = at.y * u32(picture.size.x) + at.x;
    let label = min(labelMap[pixel], picture.labelCount - 1u);
    probability += weights.x * weights.y * marginals[label * u32(picture.size.x) * u32(picture.size.y) + pixel];
  }
  let least = 1.0 / f32(picture.labelCount);
  let shade = select(1.0, clamp((probability - least) / (1.0 - least), 0.0, 1.0), picture.labelCount > 1u);
  return vec4f(vec3f(shade), 1.0);
}

// The foreground over nothing, a colour, an image or the blurred background.
@fragment
fn composite(@builtin(position) fragment: vec4f) -> @location(0) vec4f {
  let position = picture.offset + picture.step * fragment.xy;
  if (!isInFrame(position)) { return vec4f(0.0); }
  let corner = floor(fragment.xy);
  if (fragment.x < picture.split) { return finished(meanFrame(corner)); }
  let covered = meanForeground(corner);
  var behind = vec4f(0.0);
  switch picture.behind {
    case 0u: { behind = picture.colour; }
    case 1u: { behind = blurredAt(position); }
    case 2u: { behind = meanImage(corner); }
    default: {}
  }
  return finished(covered + (1.0 - covered.a) * behind);
}
