// Normalization filters ones twice: a uniform, so that both turns share their programs.
struct Turn {
  // 1 in the second turn, else 0.
  second: u32,
}
