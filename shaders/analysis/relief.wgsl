// Relief that the watershed floods from its peaks down: the distance to the nearest site, floor(256·√D), in 1/256 pixel; 0 at sites.
// The root is taken digit by digit in whole numbers: no GPU rounds it otherwise than another. One invocation a pixel.

// @import invocation
// @import extent

const noDistance = 0xffffffffu;

// D, pixels²; [pixelCount], noDistance where there is no site.
@group(0) @binding(1) var<storage, read> squared: array<u32>;
// [pixelCount]; noDistance stays what it is, the highest.
@group(0) @binding(2) var<storage, read_write> relief: array<u32>;

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

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, workgroups, invocation);
  if (pixel >= pixelCount()) { return; }
  let value = squared[pixel];
  var result = noDistance;
  if (value != noDistance) { result = fixedRoot(value); }
  relief[pixel] = result;
}
