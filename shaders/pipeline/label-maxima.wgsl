// For each label the largest probability that it has at any of the problem's pixels before refinement:
//
//   maxima(l) = max_i softmax(-unary_i)(l)
//
// over the very values that the CRF starts from: coarse arrays are sampled as `unary` samples them. One invocation a pixel.
// A pixel with a value that is no number is unknown to the CRF and might become any label: there every label counts as 1.

// @import invocation
// @import coarse-sample

struct LabelMaxima {
  grid: CoarseGrid,
  labelCount: u32,
  // Strides of the source, in elements.
  labelStride: u32,
  pixelStride: u32,
}

@group(0) @binding(0) var<uniform> maximaOf: LabelMaxima;
// Bits of float32.
@group(0) @binding(1) var<storage, read> source: array<u32>;
// Bits of float32, which for numbers of at least 0 are in the numbers' order, [labelCount].
@group(0) @binding(2) var<storage, read_write> maxima: array<atomic<u32>>;

const one = 0x3f800000u;

fn notFinite(bits: u32) -> bool { return (bits & 0x7f800000u) == 0x7f800000u; }

struct Logit {
  value: f32,
  invalid: bool,
}

// -unary of a label.
fn logitOf(sample: CoarseSample, label: u32) -> Logit {
  let offset = label * maximaOf.labelStride;
  var invalid = false;
  var values = vec4f(0.0);
  // @unroll
  for (var i = 0u; i < 4u; i++) {
    let bits = source[sample.offsets[i] * maximaOf.pixelStride + offset];
    invalid = invalid || notFinite(bits);
    values[i] = bitcast<f32>(bits);
  }
  let value = dot(sample.weights, values);
  if (fromLogits) { return Logit(value, invalid); }
  if (fromProbabilities) { return Logit(log(clamp(value, probabilityFloor, 1.0)), invalid); }
  return Logit(-value, invalid);
}

fn raise(label: u32, bits: u32) {
  // Most pixels raise nothing: looking first spares nearly all of the atomic writes.
  if (bits > atomicLoad(&maxima[label])) { atomicMax(&maxima[label], bits); }
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= maximaOf.grid.size.x * maximaOf.grid.size.y) { return; }
  let sample = coarseSampleOf(maximaOf.grid, pixel);

  var highest = -3e38;
  var sum = 0.0;
  var invalid = false;
  for (var label = 0u; label < maximaOf.labelCount; label++) {
    let logit = logitOf(sample, label);
    invalid = invalid || logit.invalid;
    if (logit.value > highest) {
      sum *= exp(highest - logit.value);
      highest = logit.value;
    }
    sum += exp(logit.value - highest);
  }
  for (var label = 0u; label < maximaOf.labelCount; label++) {
    let probability = exp(logitOf(sample, label).value - highest) / sum;
    raise(label, select(bitcast<u32>(probability), one, invalid));
  }
}
