// Where the foreground's edge is. A working pixel surely is foreground or background by as much as its least sure neighbour in 3×3 is:
// what the frame shows there is no mixture of both. The lowest and highest coarse opacity around tell where no edge is near at all.
// One invocation a working pixel.

// @import invocation
// @import drawing

// (red, green, blue, coarse opacity), [height, width]
@group(0) @binding(1) var<storage, read> guide: array<vec4f>;
// (sure foreground, sure background, lowest and highest coarse opacity within `reach`), each 0..1, [height, width]
@group(0) @binding(2) var<storage, read_write> edges: array<vec4f>;

// Working pixels: one more than the window of `draw-foreground`.
const reach = 4i;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= drawing.width * drawing.height) { return; }
  let size = vec2i(i32(drawing.width), i32(drawing.height));
  let at = vec2i(i32(pixel % drawing.width), i32(pixel / drawing.width));
  let first = max(at - reach, vec2i(0));
  let last = min(at + reach, size - 1);
  // (lowest, highest) in 3×3 and within reach
  var near = vec2f(1.0, 0.0);
  var around = vec2f(1.0, 0.0);
  for (var y = first.y; y <= last.y; y++) {
    for (var x = first.x; x <= last.x; x++) {
      let coarse = guide[y * size.x + x].w;
      around = vec2f(min(around.x, coarse), max(around.y, coarse));
      if (abs(x - at.x) <= 1 && abs(y - at.y) <= 1) {
        near = vec2f(min(near.x, coarse), max(near.y, coarse));
      }
    }
  }
  edges[pixel] = vec4f(near.x, 1.0 - near.y, around);
}
