// Which item (run, vertex) and which block of its row an invocation works on. Either a workgroup has the same block of many items, and
// z counts blocks; or, where `adjacent`, blocks of a row lie beside each other, so that neighbouring invocations touch neighbouring memory.

// @import invocation

struct WorkItem {
  item: u32,
  block: u32,
}

fn workItem(workgroup: vec3u, invocation: u32) -> WorkItem {
  let index = itemIndex(workgroup, invocation);
  if (adjacent) { return WorkItem(index / rowBlocks, index % rowBlocks); }
  return WorkItem(index, workgroup.z);
}
