// How workgroups are laid out that are more than one dimension of a dispatch can have: in rows of `gridWidth`. It is a constant, and not
// read from `num_workgroups`, which wgpu on DX12 does not give to indirect dispatches.

const maxWorkgroups = 65535u;
const gridWidth = 4096u;
