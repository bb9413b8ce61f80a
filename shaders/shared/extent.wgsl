// Size of the image, binding 0 of every stage that imports this: programs then serve images of any size.
struct Extent {
  // Pixels.
  width: u32,
  height: u32,
}

@group(0) @binding(0) var<uniform> extent: Extent;

fn pixelCount() -> u32 {
  return extent.width * extent.height;
}
