// Guided filter, second step: sums down the columns complete each window, and give the linear model p ≈ a·I + b that fits it best:
// a = (Σ + εU)⁻¹ cov(I, p), b = mean(p) - a·mean(I), with colours I in 0..1 and their covariance Σ.
//
// A covariance is n·Σxy - Σx·Σy over n²: the difference is taken in 64-bit whole numbers, so that nothing is lost where a window is flat, however
// small ε. One invocation a strip of `stripLength` pixels of a column.

// @import invocation
// @import extent
// @import moments

struct Guide {
  radius: u32,
  epsilon: f32,
}

@group(0) @binding(1) var<uniform> settings: Guide;
// Sums along rows, the four parts of Moments; [pixelCount].
@group(0) @binding(2) var<storage, read> means: array<vec4u>;
@group(0) @binding(3) var<storage, read> squares: array<vec4u>;
@group(0) @binding(4) var<storage, read> mixed: array<vec4u>;
@group(0) @binding(5) var<storage, read> products: array<vec4u>;
// a and b; [pixelCount].
@group(0) @binding(6) var<storage, read_write> models: array<vec4f>;

// 64 bits.
struct Wide {
  high: u32,
  low: u32,
}

fn times(a: u32, b: u32) -> Wide {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let cross = (a >> 16u) * (b & 0xffffu);
  let other = (a & 0xffffu) * (b >> 16u);
  let middle = (low >> 16u) + (cross & 0xffffu) + (other & 0xffffu);
  return Wide(
    (a >> 16u) * (b >> 16u) + (cross >> 16u) + (other >> 16u) + (middle >> 16u),
    (middle << 16u) | (low & 0xffffu),
  );
}

fn total(a: Wide, b: Wide) -> Wide {
  let low = a.low + b.low;
  return Wide(a.high + b.high + select(0u, 1u, low < a.low), low);
}

// a - b, rounded once the difference is known.
fn difference(a: Wide, b: Wide) -> f32 {
  let negative = a.high < b.high || (a.high == b.high && a.low < b.low);
  var more = a;
  var less = b;
  if (negative) {
    more = b;
    less = a;
  }
  let low = more.low - less.low;
  let high = more.high - less.high - select(0u, 1u, more.low < less.low);
  let size = f32(high) * 4294967296.0 + f32(low);
  return select(size, -size, negative);
}

fn momentsOf(pixel: u32) -> Moments {
  return Moments(means[pixel], squares[pixel], mixed[pixel], products[pixel]);
}

// Of two colours; n is the window's pixel count.
fn covariance(n: u32, product: u32, a: u32, b: u32) -> f32 {
  let pixels = f32(n);
  return difference(times(n, product), times(a, b)) / (pixels * pixels * 65025.0);
}

// Of a colour and the probability.
fn covarianceWithP(n: u32, high: u32, low: u32, colour: u32, p: u32) -> f32 {
  let pixels = f32(n);
  return difference(total(times(256u * n, high), times(n, low)), times(colour, p)) / (pixels * pixels * 255.0 * 65535.0);
}

fn fit(n: u32, sums: Moments) -> vec4f {
  let colours = sums.means.xyz;
  let rr = covariance(n, sums.squares.x, colours.x, colours.x) + settings.epsilon;
  let rg = covariance(n, sums.squares.y, colours.x, colours.y);
  let rb = covariance(n, sums.squares.z, colours.x, colours.z);
  let gg = covariance(n, sums.squares.w, colours.y, colours.y) + settings.epsilon;
  let gb = covariance(n, sums.mixed.x, colours.y, colours.z);
  let bb = covariance(n, sums.mixed.y, colours.z, colours.z) + settings.epsilon;
  let rp = covarianceWithP(n, sums.mixed.z, sums.mixed.w, colours.x, sums.means.w);
  let gp = covarianceWithP(n, sums.products.x, sums.products.y, colours.y, sums.means.w);
  let bp = covarianceWithP(n, sums.products.z, sums.products.w, colours.z, sums.means.w);
  // Σ + εU = L·diag·Lᵀ
  let g0 = rg / rr;
  let b0 = rb / rr;
  let gDiagonal = gg - g0 * rg;
  let b1 = (gb - b0 * rg) / gDiagonal;
  let bDiagonal = bb - b0 * rb - b1 * b1 * gDiagonal;
  let g = gp - g0 * rp;
  let b = bp - b0 * rp - b1 * g;
  let aB = b / bDiagonal;
  let aG = g / gDiagonal - b1 * aB;
  let aR = rp / rr - g0 * aG - b0 * aB;
  let a = vec3f(aR, aG, aB);
  let pixels = f32(n);
  return vec4f(a, f32(sums.means.w) / (pixels * 65535.0) - dot(a, vec3f(colours) / (pixels * 255.0)));
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let strips = (extent.height + stripLength - 1u) / stripLength;
  let strip = itemIndex(workgroup, invocation);
  if (strip >= strips * extent.width) { return; }
  // Columns side by side, so that invocations read side by side.
  let x = strip % extent.width;
  let first = (strip / extent.width) * stripLength;
  let end = min(extent.height, first + stripLength);
  let radius = settings.radius;
  let columns = min(extent.width, x + radius + 1u) - (x - min(x, radius));
  var sums = Moments(vec4u(), vec4u(), vec4u(), vec4u());
  for (var y = first - min(first, radius); y < min(extent.height, first + radius); y++) {
    sums = plus(sums, momentsOf(y * extent.width + x));
  }
  for (var y = first; y < end; y++) {
    if (y + radius < extent.height) { sums = plus(sums, momentsOf((y + radius) * extent.width + x)); }
    if (y > first && y > radius) { sums = minus(sums, momentsOf((y - radius - 1u) * extent.width + x)); }
    let rows = min(extent.height, y + radius + 1u) - (y - min(y, radius));
    models[y * extent.width + x] = fit(rows * columns, sums);
  }
}
