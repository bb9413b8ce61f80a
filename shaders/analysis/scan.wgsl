// Exclusive prefix sums in place, by levels: `sum` adds up blocks of `blockLength` items, upwards until one block is left, `spread`
// turns items into sums of all before them, downwards. One invocation a block. Nothing is assumed of the order of workgroups,
// as each level is a dispatch of its own; items are whole numbers whose sum fits 32 bits.

// @import invocation

struct Scan {
  itemCount: u32,
}

@group(0) @binding(0) var<uniform> settings: Scan;
// [itemCount]
@group(0) @binding(1) var<storage, read_write> items: array<u32>;
// Sums of blocks, or (for `spread`) of all blocks before; [blockCount].
@group(0) @binding(2) var<storage, read_write> totals: array<u32>;

@compute @workgroup_size(workgroupSize)
fn sum(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let block = itemIndex(workgroup, invocation);
  let first = block * blockLength;
  if (first >= settings.itemCount) { return; }
  let end = min(first + blockLength, settings.itemCount);
  var total = 0u;
  for (var item = first; item < end; item++) { total += items[item]; }
  totals[block] = total;
}

@compute @workgroup_size(workgroupSize)
fn spread(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let block = itemIndex(workgroup, invocation);
  let first = block * blockLength;
  if (first >= settings.itemCount) { return; }
  let end = min(first + blockLength, settings.itemCount);
  // A single block begins at zero; its total stays what it is, the sum of all.
  var before = 0u;
  if (settings.itemCount > blockLength) { before = totals[block]; }
  for (var item = first; item < end; item++) {
    let value = items[item];
    items[item] = before;
    before += value;
  }
}
