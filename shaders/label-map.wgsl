// What people read off Q: the label map (argmax, the lowest label wins a tie), confidence (maximum) and entropy (-Σ Q log Q, nats).
// One invocation a pixel. Rows may be spread over slabs: each dispatch brings the three up to date with one.

// @import invocation
// @import lane{laneWidth}

struct LabelMap {
  pixelCount: u32,
  labelCount: u32,
  // First label of this slab.
  firstLabel: u32,
}

@group(0) @binding(0) var<uniform> problem: LabelMap;
// [pixelCount, rowLanes·laneWidth]
@group(0) @binding(1) var<storage, read> q: array<f32>;
@group(0) @binding(2) var<storage, read_write> labelMap: array<u32>;
@group(0) @binding(3) var<storage, read_write> confidence: array<f32>;
@group(0) @binding(4) var<storage, read_write> entropy: array<f32>;

const rowChannels = rowLanes * laneWidth;

fn entropyTerm(probability: f32) -> f32 {
  return -probability * log(max(probability, 1e-20));
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= problem.pixelCount) { return; }
  var best = -1.0;
  var label = 0u;
  var disorder = 0.0;
  if (problem.firstLabel > 0u) {
    best = confidence[pixel];
    label = labelMap[pixel];
    disorder = entropy[pixel];
  }
  var sum = 0.0;
  let channels = min(rowChannels, storedLabels - problem.firstLabel);
  for (var channel = 0u; channel < channels; channel++) {
    let probability = q[pixel * rowChannels + channel];
    sum += probability;
    disorder += entropyTerm(probability);
    if (probability > best) {
      best = probability;
      label = problem.firstLabel + channel;
    }
  }
  if (implicitLast) {
    let probability = max(1.0 - sum, 0.0);
    disorder += entropyTerm(probability);
    if (probability > best) {
      best = probability;
      label = problem.labelCount - 1u;
    }
  }
  labelMap[pixel] = label;
  confidence[pixel] = best;
  entropy[pixel] = disorder;
}
