// Distance of each working pixel's centre to the contour of its label, and the label beyond, from which outlines are drawn at any size.
//
// Between two neighbouring pixels of different labels a and b the contour passes where Q_a = Q_b if both are taken to be linear in
// between: at m/(m + m') of the way, m = Q_a - Q_b at the one and m' = Q_b - Q_a at the other. `rows` finds the nearest such crossing along
// the row. `columns` walks up and down from the pixel as far as its label goes, and joins the crossings of the rows on its way, and at
// the end the column's own, to lines where they are not more than `gap` apart: the distance is that to the nearest point or line.
// Distances stop at `reach`.
// One invocation a working pixel.

// @import invocation

struct Contours {
  width: u32,
  height: u32,
  labelCount: u32,
  // Working pixels.
  reach: u32,
}

@group(0) @binding(0) var<uniform> contours: Contours;
// [height, width]
@group(0) @binding(1) var<storage, read> labelMap: array<u32>;
// [labelCount, height, width]
@group(0) @binding(2) var<storage, read> marginals: array<f32>;
// Of `rows`: (bits of the crossing's place, negative to the left, label beyond), [height, width]. `rows` writes it, `columns` reads.
@group(0) @binding(3) var<storage, read_write> rowCrossings: array<vec2u>;
// (label, label beyond, bits of the distance, 0), [height, width]
@group(0) @binding(4) var<storage, read_write> nearest: array<vec4u>;

fn labelAt(pixel: u32) -> u32 {
  return min(labelMap[pixel], contours.labelCount - 1u);
}

fn marginal(label: u32, pixel: u32) -> f32 {
  return marginals[label * contours.width * contours.height + pixel];
}

// Way from the one pixel's centre to the other's, 0..1, at which the contour is crossed.
fn crossing(inside: u32, outside: u32) -> f32 {
  let own = labelAt(inside);
  let other = labelAt(outside);
  let here = max(marginal(own, inside) - marginal(other, inside), 0.0);
  let there = max(marginal(other, outside) - marginal(own, outside), 0.0);
  return select(0.5, here / (here + there), here + there > 0.0);
}

@compute @workgroup_size(workgroupSize)
fn rows(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= contours.width * contours.height) { return; }
  let x = pixel % contours.width;
  let own = labelAt(pixel);
  var place = f32(contours.reach);
  var beyond = own;
  for (var step = 1u; step <= min(contours.reach, x); step++) {
    if (labelAt(pixel - step) == own) { continue; }
    let found = f32(step - 1u) + crossing(pixel - step + 1u, pixel - step);
    if (found < place) {
      place = -found;
      beyond = labelAt(pixel - step);
    }
    break;
  }
  for (var step = 1u; step <= min(contours.reach, contours.width - 1u - x); step++) {
    if (labelAt(pixel + step) == own) { continue; }
    let found = f32(step - 1u) + crossing(pixel + step - 1u, pixel + step);
    if (found < abs(place)) {
      place = found;
      beyond = labelAt(pixel + step);
    }
    break;
  }
  rowCrossings[pixel] = vec2u(bitcast<u32>(place), beyond);
}

// Crossings in neighbouring rows that are farther apart belong to different contours, or to one that runs along the rows.
const gap = 2.0;

struct Nearest {
  distance: f32,
  beyond: u32,
}

fn nearer(found: Nearest, distance: f32, beyond: u32) -> Nearest {
  if (distance < found.distance) { return Nearest(distance, beyond); }
  return found;
}

// From (0, 0) to the line between two points.
fn lineDistance(a: vec2f, b: vec2f) -> f32 {
  let along = b - a;
  let squared = dot(along, along);
  let part = select(0.0, clamp(-dot(a, along) / squared, 0.0, 1.0), squared > 0.0);
  return length(a + part * along);
}

fn lookAlongColumn(pixel: u32, rowsThere: u32, isDown: bool, before: Nearest) -> Nearest {
  var found = before;
  let own = labelAt(pixel);
  let limit = f32(contours.reach);
  var last = pixel;
  var lastPlace = bitcast<f32>(rowCrossings[pixel].x);
  for (var step = 1u; step <= min(contours.reach, rowsThere); step++) {
    let at = select(pixel - step * contours.width, pixel + step * contours.width, isDown);
    let lastPoint = vec2f(lastPlace, f32(step - 1u));
    if (labelAt(at) != own) {
      let along = f32(step - 1u) + crossing(last, at);
      found = nearer(found, along, labelAt(at));
      if (abs(lastPlace) < min(gap, limit)) { found = nearer(found, lineDistance(lastPoint, vec2f(0.0, along)), labelAt(at)); }
      break;
    }
    let row = rowCrossings[at];
    let place = bitcast<f32>(row.x);
    let point = vec2f(place, f32(step));
    found = nearer(found, length(point), row.y);
    if (abs(place) < limit && abs(lastPlace) < limit && abs(place - lastPlace) <= gap && (place < 0.0) == (lastPlace < 0.0)) {
      found = nearer(found, lineDistance(lastPoint, point), row.y);
    }
    last = at;
    lastPlace = place;
  }
  return found;
}

@compute @workgroup_size(workgroupSize)
fn columns(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= contours.width * contours.height) { return; }
  let y = pixel / contours.width;
  let row = rowCrossings[pixel];
  var found = Nearest(abs(bitcast<f32>(row.x)), row.y);
  found = lookAlongColumn(pixel, y, false, found);
  found = lookAlongColumn(pixel, contours.height - 1u - y, true, found);
  nearest[pixel] = vec4u(labelAt(pixel), found.beyond, bitcast<u32>(found.distance), 0u);
}
