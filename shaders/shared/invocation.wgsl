// Which item an invocation works on. Dispatches of more than 65,535 workgroups are folded into y; z counts blocks of a row.

// @import grid

// `workgroupSize` is a constant of every stage, so that tests can make it tiny.
fn itemIndex(workgroup: vec3u, invocation: u32) -> u32 {
  return (workgroup.y * gridWidth + workgroup.x) * workgroupSize + invocation;
}
