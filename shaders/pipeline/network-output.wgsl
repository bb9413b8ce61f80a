// Brings a network's output into float32 [label, y, x] at its own size, in the form that the CRF takes. One invocation a value.
//
//   logits         as they are
//   probabilities  clamped to 0..1
//   sigmoid        one channel p becomes the probabilities 1 - p and p
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

const notANumber = 0x7fc00000u;

// Bits of float32 of an element, NaN for whatever is not finite: floats may be assumed finite, so only bits tell.
fn bitsAt(element: u32) -> u32 {
  if (!halves) {
    let bits = source[element];
    return select(bits, notANumber, (bits & 0x7f800000u) == 0x7f800000u);
  }
  let word = source[element / 2u];
  let bits = select(word & 0xffffu, word >> 16u, element % 2u == 1u);
  if ((bits & 0x7c00u) == 0x7c00u) { return notANumber; }
  return bitcast<u32>(unpack2x16float(bits).x);
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let item = itemIndex(workgroup, invocation);
  let pixelCount = outputOf.width * outputOf.height;
  if (item >= pixelCount * outputOf.labelCount) { return; }
  let pixel = item % pixelCount;
  let label = channels[item / pixelCount];
  let channel = select(label, 0u, sigmoid);
  let bits = bitsAt(select(channel * pixelCount + pixel, pixel * outputOf.channelCount + channel, interleaved));
  if (bits == notANumber || !(sigmoid || clamped)) {
    planes[item] = bits;
    return;
  }
  let probability = clamp(bitcast<f32>(bits), 0.0, 1.0);
  planes[item] = bitcast<u32>(select(probability, 1.0 - probability, sigmoid && label == 0u));
}
