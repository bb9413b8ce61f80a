// Sums that the guided filter is made of: colours and probability; products of colours; products of the probability's high and low byte with colours.
struct Moments {
  // r, g, b, p
  means: vec4u,
  // rr, rg, rb, gg
  squares: vec4u,
  // gb, bb, r·high, r·low
  mixed: vec4u,
  // g·high, g·low, b·high, b·low
  products: vec4u,
}

fn plus(a: Moments, b: Moments) -> Moments {
  return Moments(a.means + b.means, a.squares + b.squares, a.mixed + b.mixed, a.products + b.products);
}

fn minus(a: Moments, b: Moments) -> Moments {
  return Moments(a.means - b.means, a.squares - b.squares, a.mixed - b.mixed, a.products - b.products);
}
