// Relief that the watershed floods from its peaks down, from squared distances: floor(256·√D), in 1/256 pixel. One invocation a pixel.
//
//   main     inside a mask, the distance to what is outside; 0 outside
//   around   inside a mask that has a core, the distance to the core's edge: added to `level` in the core, taken from it outside.
//            So basins grow in the core first, then from its parts outwards
//
// The root is taken digit by digit in whole numbers: no GPU rounds it otherwise than another.

// @import invocation
// @import extent

// D to the nearest pixel outside the mask (`main`) or the core (`around`), pixels²; [pixelCount], noDistance where there is none.
@group(0) @binding(1) var<storage, read> squared: array<u32>;
// `around`: D to the nearest pixel of the core; [pixelCount].
@group(0) @binding(2) var<storage, read> outward: array<u32>;
// `around`: [pixelCount].
@group(0) @binding(3) var<storage, read> mask: array<u32>;
// [pixelCount]; where there is no distance, the highest or the lowest that there is.
@group(0) @binding(4) var<storage, read_write> relief: array<u32>;

const noDistance = 0xffffffffu;

// More than any distance: 256·√(2³¹) < 2²⁴.
const level = 0x1000000u;

// Binary digits: 16 of the whole part, 8 of the fraction.
fn fixedRoot(value: u32) -> u32 {
  var root = 0u;
  var rest = 0u;
  for (var digit = 0u; digit < 24u; digit++) {
    var next = 0u;
    if (digit < 16u) { next = (value >> (30u - 2u * digit)) & 3u; }
    rest = (rest << 2u) | next;
    let trial = (root << 2u) | 1u;
    root <<= 1u;
    if (rest >= trial) {
      rest -= trial;
      root |= 1u;
    }
  }
  return root;
}

fn reliefOf(value: u32) -> u32 {
  if (value == noDistance) { return noDistance; }
  return fixedRoot(value);
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  relief[pixel] = reliefOf(squared[pixel]);
}

@compute @workgroup_size(workgroupSize)
fn around(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  let inward = reliefOf(squared[pixel]);
  let away = reliefOf(outward[pixel]);
  var result = 1u;
  if (away != noDistance) { result = level - away; }
  if (inward > 0u) { result = select(level + inward, noDistance, inward == noDistance); }
  relief[pixel] = select(0u, result, mask[pixel] != 0u);
}
