// The terms of KL(Q || P) as pydensecrf prints them, by pixel; the host adds them up in double precision. One invocation a pixel.
//
//   own       Σ Q log max(Q, 1e-20)  and  Σ U·Q
//   pairwise  Σ Q·(mu K Q) of one kernel, from its message: the message is -mu K Q

// @import invocation
// @import lane{laneWidth}

struct Energy {
  pixelCount: u32,
  labelCount: u32,
  firstLabel: u32,
  // Potts weight of the kernel, for the label that is not stored.
  unitWeight: f32,
}

@group(0) @binding(0) var<uniform> problem: Energy;
@group(0) @binding(1) var<storage, read> q: array<f32>;
@group(0) @binding(2) var<storage, read> unary: array<f32>;
// (energy of the last label, what the stored ones are relative to) where `implicitLast`, [pixelCount].
@group(0) @binding(3) var<storage, read> lastUnary: array<vec2f>;
@group(0) @binding(4) var<storage, read> message: array<f32>;
@group(0) @binding(5) var<storage, read> norms: array<vec2f>;
// (Σ Q log Q, Σ U·Q, Σ Q·(mu K Q), unused); [pixelCount]
@group(0) @binding(6) var<storage, read_write> terms: array<vec4f>;

const rowChannels = rowLanes * laneWidth;

fn negativeEntropy(probability: f32) -> f32 {
  return probability * log(max(probability, 1e-20));
}

@compute @workgroup_size(workgroupSize)
fn own(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= problem.pixelCount) { return; }
  var sum = 0.0;
  var added = vec4f();
  let channels = min(rowChannels, storedLabels - problem.firstLabel);
  for (var channel = 0u; channel < channels; channel++) {
    let at = pixel * rowChannels + channel;
    sum += q[at];
    added.x += negativeEntropy(q[at]);
    added.y += q[at] * unary[at];
  }
  if (implicitLast) {
    let rest = max(1.0 - sum, 0.0);
    let last = lastUnary[pixel];
    added.x += negativeEntropy(rest);
    // Q sums to one. Both are the same but for a pixel whose energies are far apart.
    added.y += last.y + rest * (last.x - last.y);
  }
  terms[pixel] += added;
}

@compute @workgroup_size(workgroupSize)
fn pairwise(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= problem.pixelCount) { return; }
  var probabilities = 0.0;
  var messages = 0.0;
  var sum = 0.0;
  let channels = min(rowChannels, storedLabels - problem.firstLabel);
  for (var channel = 0u; channel < channels; channel++) {
    let at = pixel * rowChannels + channel;
    probabilities += q[at];
    messages += message[at];
    sum += q[at] * message[at];
  }
  if (implicitLast) {
    // All messages sum to that of Q = 1. Of two labels the one that is there is the first's less the second's, which is half of the rest.
    let rest = norms[pixel].y * problem.unitWeight - messages;
    sum += select(1.0 - probabilities, 0.5, filtersExcess) * rest;
  }
  terms[pixel].z -= sum;
}
