// Brings a network's output into float32 [label, y, x] at its own size, in the form that the CRF takes. One invocation a value.
//
//   logits         as they are
//   probabilities  clamped to 0..1
//   sigmoid        one channel p becomes the probabilities 1 - p and p
//
// Or the mean of two outputs, the second one of the same picture mirrored, left to right (averaged).
//
// Which channel a label has is looked up, so that any choice of labels can be had. A value that is NaN or infinite becomes NaN: the
// CRF then takes its pixel as unknown.

// @import invocation

struct Output {
  width: u32,
  height: u32,
  // Channels of the source.
  channelCount: u32,
  // Labels written.
  labelCount: u32,
}

@group(0) @binding(0) var<uniform> outputOf: Output;
// Bits of float32, or of two float16 a word: [y, x, channel] (interleaved) or [channel, y, x].
@group(0) @binding(1) var<storage, read> source: array<u32>;
// Channel of each label written; for `sigmoid` 0 or 1, [labelCount].
@group(0) @binding(2) var<storage, read> channels: array<u32>;
// Bits of float32, [labelCount, y, x].
@group(0) @binding(3) var<storage, read_write> planes: array<u32>;
// As `source`, of the mirrored picture; read where `averaged`.
@group(0) @binding(4) var<storage, read> mirrored: array<u32>;

const notANumber = 0x7fc00000u;

// Bits of float32 of an element in its word, NaN for whatever is not finite: floats may be assumed finite, so only bits tell.
fn bitsIn(word: u32, element: u32) -> u32 {
  if (!halves) { return select(word, notANumber, (word & 0x7f800000u) == 0x7f800000u); }
  let bits = select(word & 0xffffu, word >> 16u, element % 2u == 1u);
  if ((bits & 0x7c00u) == 0x7c00u) { return notANumber; }
  return bitcast<u32>(unpack2x16float(bits).x);
}

fn wordOf(element: u32) -> u32 {
  return select(element, element / 2u, halves);
}

// Place in an output of a label's value at a pixel.
fn elementOf(label: u32, pixel: u32, pixelCount: u32) -> u32 {
  let channel = select(label, 0u, sigmoid);
  return select(channel * pixelCount + pixel, pixel * outputOf.channelCount + channel, interleaved);
}

// Bits of what the CRF takes for a label.
fn valueOf(bits: u32, label: u32) -> u32 {
  if (bits == notANumber || !(sigmoid || clamped)) { return bits; }
  let probability = clamp(bitcast<f32>(bits), 0.0, 1.0);
  return bitcast<u32>(select(probability, 1.0 - probability, sigmoid && label == 0u));
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let item = itemIndex(workgroup, invocation);
  let pixelCount = outputOf.width * outputOf.height;
  if (item >= pixelCount * outputOf.labelCount) { return; }
  let pixel = item % pixelCount;
  let label = channels[item / pixelCount];
  let element = elementOf(label, pixel, pixelCount);
  let value = valueOf(bitsIn(source[wordOf(element)], element), label);
  if (!averaged || value == notANumber) {
    planes[item] = value;
    return;
  }
  let column = pixel % outputOf.width;
  let across = elementOf(label, pixel - column + outputOf.width - 1u - column, pixelCount);
  let other = valueOf(bitsIn(mirrored[wordOf(across)], across), label);
  let mean = bitcast<u32>(0.5 * (bitcast<f32>(value) + bitcast<f32>(other)));
  planes[item] = select(mean, notANumber, other == notANumber);
}
