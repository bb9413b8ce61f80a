// Brings what is known before refinement into energies, one row a pixel. One invocation a pixel.
// Logits and unary energies are taken as they are, probabilities become -log, labels the energies of `unary_from_labels` (types.ts);
// coarse arrays are sampled bilinearly, at pixel edges (half-pixel), with corner centres aligned, or in a window (types.ts).
// Where `implicitLast`, energies are kept relative to the last label's. A pixel whose energies are far apart is gone through again,
// see energies.wgsl.
//
// A pixel with a value that is NaN or infinite is unknown: all labels get the same energy, so it cannot poison its neighbours.

// @import invocation
// @import lane{laneWidth}
// @import coarse-sample
// @import energies

struct Unary {
  grid: CoarseGrid,
  // This dispatch covers pixels firstPixel..endPixel - 1.
  firstPixel: u32,
  endPixel: u32,
  labelCount: u32,
  // Strides of the source, in elements, and the pixel that its first element belongs to.
  labelStride: u32,
  pixelStride: u32,
  sourceOrigin: u32,
  // First label of this slab.
  firstLabel: u32,
  // Label that means unknown, or 0xffffffff.
  unknown: u32,
  // Energies of the marked label and of the others (labels only).
  markedEnergy: f32,
  otherEnergy: f32,
}

@group(0) @binding(0) var<uniform> unaryOf: Unary;
// Bits of float32, or labels.
@group(0) @binding(1) var<storage, read> source: array<u32>;
// [pixelCount, rowLanes·laneWidth]; channels that are no label hold `noLabel`.
@group(0) @binding(2) var<storage, read_write> unary: array<f32>;
// (energy of the last label, what the stored ones are relative to) where `implicitLast`, [pixelCount].
@group(0) @binding(3) var<storage, read_write> lastUnary: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> invalidPixelCount: atomic<u32>;

const rowChannels = rowLanes * laneWidth;

// Where a pixel is in the source: four elements and their weights.
fn sampleOf(pixel: u32) -> CoarseSample {
  if (!coarse) {
    return CoarseSample(vec4u((pixel - unaryOf.sourceOrigin) * unaryOf.pixelStride), vec4f(1.0, 0.0, 0.0, 0.0));
  }
  let sample = coarseSampleOf(unaryOf.grid, pixel);
  return CoarseSample(sample.offsets * unaryOf.pixelStride, sample.weights);
}

// Energy of a label, and whether a bit pattern that is no number was read.
struct Energy {
  value: f32,
  invalid: bool,
}

fn notFinite(bits: u32) -> bool { return (bits & 0x7f800000u) == 0x7f800000u; }

fn energyOf(sample: CoarseSample, label: u32) -> Energy {
  let offset = label * unaryOf.labelStride;
  let first = source[sample.offsets.x + offset];
  var invalid = notFinite(first);
  var value = bitcast<f32>(first);
  if (coarse) {
    let second = source[sample.offsets.y + offset];
    let third = source[sample.offsets.z + offset];
    let fourth = source[sample.offsets.w + offset];
    invalid = invalid || notFinite(second) || notFinite(third) || notFinite(fourth);
    value = dot(sample.weights, vec4f(value, bitcast<f32>(second), bitcast<f32>(third), bitcast<f32>(fourth)));
  }
  if (fromLogits) { value = -value; }
  if (fromProbabilities) { value = -log(clamp(value, probabilityFloor, 1.0)); }
  return Energy(value, invalid);
}

// Half of what `energyOf` gives for logits and energies: it overflows nowhere on the way.
fn halfEnergyOf(sample: CoarseSample, label: u32) -> f32 {
  let offset = label * unaryOf.labelStride;
  var half = 0.5 * bitcast<f32>(source[sample.offsets.x + offset]);
  if (coarse) {
    let second = 0.5 * bitcast<f32>(source[sample.offsets.y + offset]);
    let third = 0.5 * bitcast<f32>(source[sample.offsets.z + offset]);
    let fourth = 0.5 * bitcast<f32>(source[sample.offsets.w + offset]);
    half = dot(sample.weights, vec4f(half, second, third, fourth));
  }
  return select(half, -half, fromLogits);
}

fn storeFarApart(pixel: u32, sample: CoarseSample, largest: f32) {
  var lowestHalf = halfEnergyOf(sample, 0u);
  for (var label = 1u; label < unaryOf.labelCount; label++) { lowestHalf = min(lowestHalf, halfEnergyOf(sample, label)); }
  // What the stored energies are relative to, above the lowest; and the lowest itself, unless it is far out.
  var base = 0.0;
  let lowest = select(2.0 * lowestHalf, 0.0, largest > ordinaryEnergy);
  if (implicitLast) {
    let last = aboveLowest(halfEnergyOf(sample, unaryOf.labelCount - 1u), lowestHalf);
    base = min(last, farthestLast);
    lastUnary[pixel] = vec2f(last + lowest, base + lowest);
  }
  for (var channel = 0u; channel < rowChannels; channel++) {
    let label = unaryOf.firstLabel + channel;
    if (label >= storedLabels) { break; }
    let above = aboveLowest(halfEnergyOf(sample, label), lowestHalf);
    unary[pixel * rowChannels + channel] = select(above + lowest, above - base, implicitLast);
  }
}

fn labelEnergy(marked: u32, label: u32) -> f32 {
  if (marked == 0xffffffffu) { return log(f32(unaryOf.labelCount)); }
  return select(unaryOf.otherEnergy, unaryOf.markedEnergy, marked == label);
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = unaryOf.firstPixel + itemIndex(workgroup, invocation);
  if (pixel >= unaryOf.endPixel) { return; }
  let row = pixel * rowChannels;

  if (fromLabels) {
    // Labels above the unknown one count one less.
    let given = source[pixel - unaryOf.sourceOrigin];
    let shifted = select(given, given - 1u, given > unaryOf.unknown);
    let outside = shifted >= unaryOf.labelCount && given != unaryOf.unknown;
    let marked = select(shifted, 0xffffffffu, given == unaryOf.unknown || outside);
    var last = 0.0;
    if (implicitLast) { last = labelEnergy(marked, unaryOf.labelCount - 1u); lastUnary[pixel] = vec2f(last); }
    for (var channel = 0u; channel < rowChannels; channel++) {
      let label = unaryOf.firstLabel + channel;
      unary[row + channel] = select(noLabel, labelEnergy(marked, label) - last, label < storedLabels);
    }
    if (outside) { atomicAdd(&invalidPixelCount, 1u); }
    return;
  }

  let sample = sampleOf(pixel);
  var invalid = false;
  var last = 0.0;
  var lowest = largestEnergy;
  var largest = 0.0;
  if (implicitLast) {
    let energy = energyOf(sample, unaryOf.labelCount - 1u);
    last = energy.value;
    invalid = energy.invalid;
    largest = abs(last);
  }
  for (var label = 0u; label < storedLabels; label++) {
    let energy = energyOf(sample, label);
    invalid = invalid || energy.invalid;
    lowest = min(lowest, energy.value);
    largest = max(largest, abs(energy.value));
    let channel = label - unaryOf.firstLabel;
    if (singleSlab || (label >= unaryOf.firstLabel && channel < rowChannels)) { unary[row + channel] = energy.value - last; }
  }
  if (invalid || unaryOf.firstLabel + rowChannels > storedLabels) {
    for (var channel = 0u; channel < rowChannels; channel++) {
      let stored = unaryOf.firstLabel + channel < storedLabels;
      if (invalid || !stored) { unary[row + channel] = select(noLabel, 0.0, stored); }
    }
  }
  if (implicitLast) { lastUnary[pixel] = vec2f(select(last, log(f32(unaryOf.labelCount)), invalid)); }
  let farApart = largest > ordinaryEnergy || (implicitLast && last - lowest > farthestLast);
  if (farApart && !invalid) { storeFarApart(pixel, sample, largest); }
  if (invalid && unaryOf.firstLabel == 0u) { atomicAdd(&invalidPixelCount, 1u); }
}
