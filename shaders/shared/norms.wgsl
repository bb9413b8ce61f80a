// The factors that normalise a kernel's message, from n = K·1 (the four kinds of pydensecrf):
//   x  1, 1/n or n^-1/2, by which Q, the message or both are multiplied
//   y  the message of Q = 1 under the same normalization: Potts needs it to leave one label out (see update-logits.wgsl)
// `before` and `symmetric` know y only after a second turn, which filters x.
fn normsOf(n: f32) -> vec2f {
  if (symmetric) { return vec2f(1.0 / sqrt(n + 1e-20), 0.0); }
  if (divided) { return vec2f(1.0 / (n + 1e-20), 1.0); }
  return vec2f(1.0, n);
}

fn unitMessage(filtered: f32, factor: f32) -> f32 {
  return select(filtered, filtered * factor, symmetric);
}
