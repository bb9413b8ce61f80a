// Sizes that the foreground layer is drawn from, binding 0 of every stage that imports this.
struct Drawing {
  // Pixels of the frame.
  frameWidth: u32,
  frameHeight: u32,
  // Working pixels, the size of labels and marginals.
  width: u32,
  height: u32,
  labelCount: u32,
  // 0 or 1: whether the foreground follows the frame's own edges.
  refinesEdges: u32,
}

@group(0) @binding(0) var<uniform> drawing: Drawing;
