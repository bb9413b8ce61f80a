// Distance of each working pixel's centre to the contour of its label, and the label beyond, from which outlines are drawn at any size.
//
// Between two neighbouring pixels of different labels a and b the contour passes where Q_a = Q_b if both are taken to be linear in
// between: at m/(m + m') of the way, m = Q_a - Q_b at the one and m' = Q_b - Q_a at the other. `rows` finds the nearest such crossing along
// the row; `columns` the nearest of all: √(k² + row crossing²) over rows k away up to where the label ends, and the crossing in the column.
// Where crossings lie next to the pixel on both axes, the contour is the line through the two. Distances stop at `reach`.
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
// Of `rows`: (bits of the distance, label beyond), [height, width]. `rows` writes it, `columns` reads.
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
fn rows(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, workgroups, invocation);
  if (pixel >= contours.width * contours.height) { return; }
  let x = pixel % contours.width;
  let own = labelAt(pixel);
  var distance = f32(contours.reach);
  var beyond = own;
  for (var step = 1u; step <= min(contours.reach, x); step++) {
    if (labelAt(pixel - step) == own) { continue; }
    let found = f32(step - 1u) + crossing(pixel - step + 1u, pixel - step);
    if (found < distance) {
      distance = found;
      beyond = labelAt(pixel - step);
    }
    break;
  }
  for (var step = 1u; step <= min(contours.reach, contours.width - 1u - x); step++) {
    if (labelAt(pixel + step) == own) { continue; }
    let found = f32(step - 1u) + crossing(pixel + step - 1u, pixel + step);
    if (found < distance) {
      distance = found;
      beyond = labelAt(pixel + step);
    }
    break;
  }
  rowCrossings[pixel] = vec2u(bitcast<u32>(distance), beyond);
}

struct Nearest {
  distance: f32,
  beyond: u32,
  // Along the column, up and down.
  column: f32,
}

fn lookAlongColumn(pixel: u32, rowsThere: u32, isDown: bool, before: Nearest) -> Nearest {
  var found = before;
  let own = labelAt(pixel);
  var last = pixel;
  for (var step = 1u; step <= min(contours.reach, rowsThere); step++) {
    let at = select(pixel - step * contours.width, pixel + step * contours.width, isDown);
    if (labelAt(at) != own) {
      let along = f32(step - 1u) + crossing(last, at);
      found.column = min(found.column, along);
      if (along < found.distance) {
        found.distance = along;
        found.beyond = labelAt(at);
      }
      break;
    }
    let row = rowCrossings[at];
    let across = length(vec2f(f32(step), bitcast<f32>(row.x)));
    if (across < found.distance) {
      found.distance = across;
      found.beyond = row.y;
    }
    last = at;
  }
  return found;
}

@compute @workgroup_size(workgroupSize)
fn columns(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, workgroups, invocation);
  if (pixel >= contours.width * contours.height) { return; }
  let y = pixel / contours.width;
  let row = rowCrossings[pixel];
  let inRow = bitcast<f32>(row.x);
  var found = Nearest(inRow, row.y, f32(contours.reach));
  found = lookAlongColumn(pixel, y, false, found);
  found = lookAlongColumn(pixel, contours.height - 1u - y, true, found);
  if (inRow <= 1.0 && found.column <= 1.0) {
    let diagonal = length(vec2f(inRow, found.column));
    found.distance = select(0.0, inRow * found.column / diagonal, diagonal > 0.0);
  }
  nearest[pixel] = vec4u(labelAt(pixel), found.beyond, bitcast<u32>(found.distance), 0u);
}
