// A picture at half size. Who imports this says what the picture holds: fn pictureAt(position: vec2u) -> vec4f.

fn halfOf(size: vec2u) -> vec2u {
  return (size + 1u) / 2u;
}

// The pixel at a position of half size: a quarter of the sum of 2×2 pixels; those beyond the border count as nothing.
fn halvedAt(position: vec2u, size: vec2u) -> vec4f {
  let first = 2u * position;
  let end = min(first + 2u, size);
  var sum = vec4f(0.0);
  for (var y = first.y; y < end.y; y++) {
    for (var x = first.x; x < end.x; x++) { sum += pictureAt(vec2u(x, y)); }
  }
  return 0.25 * sum;
}
