// Basins of a relief, flooded from its peaks down: a minimum spanning forest, the watershed cut of Cousty, Bertrand, Najman and Couprie
// ("Watershed cuts: minimum spanning forests and the drop of water principle", PAMI 2009), by Borůvka's rounds.
//
// Pixels have a strict order: the higher relief comes first; then the one nearer to a seed; then the first in raster order. An edge
// between two neighbours is as good as the later of the two, then as the earlier. So no two edges are alike, the forest is unique, and no order
// of invocations can be seen in it. In a round each basin that still has to be joined takes its best edge to another basin:
//
//   climb       each pixel without a seed joins its first neighbour that comes before it, the steepest way up
//   strongest   the relief of each basin's best edge, at its later pixel
//   nearest     among those, the least distance to a seed
//   first       among those, the later pixel itself
//   join        that pixel joins the basins whose best edge it is
//   follow      each pixel learns its basin's new name
//   finish      after the last round, where only seeds' basins are wanted: codes of the others become 0
//
// A basin with a seed takes none. One without must be joined while its peak is less than `height` above its best edge. Of the basins
// that must be joined in a round at most half must be in the next, so that ceil(log2(pixels)) rounds are enough for any relief.
//
// One invocation a pixel. A basin's code is 0 outside the relief, a seed's id in 1..pixelCount, or pixelCount + 1 + a pixel of it, its root.

// @import invocation
// @import extent
// @import neighbourhood

struct Flood {
  // What a peak must be above its best edge to stay by itself; 0xffffffff leaves only seeds.
  height: u32,
}

struct Basin {
  // Of the best edge: the later pixel's relief, squared distance to a seed, and the pixel.
  relief: atomic<u32>,
  nearness: atomic<u32>,
  pixel: atomic<u32>,
  peak: atomic<u32>,
}

@group(0) @binding(1) var<uniform> settings: Flood;
// 0 is outside; [pixelCount].
@group(0) @binding(2) var<storage, read> relief: array<u32>;
// Squared distance to the nearest seed; [pixelCount].
@group(0) @binding(3) var<storage, read> nearness: array<u32>;
// Ids, 0 where there is no seed; [pixelCount].
@group(0) @binding(4) var<storage, read> seeds: array<u32>;
// Codes; [pixelCount].
@group(0) @binding(5) var<storage, read_write> codes: array<u32>;
// By root; [pixelCount].
@group(0) @binding(6) var<storage, read_write> basins: array<Basin>;
// Code that a root was joined to, its own while it is one; [pixelCount].
@group(0) @binding(7) var<storage, read_write> links: array<atomic<u32>>;
// Whether this round joined anything; one word.
@group(0) @binding(8) var<storage, read_write> progress: array<atomic<u32>>;

fn comesBefore(pixel: u32, other: u32) -> bool {
  let a = relief[pixel];
  let b = relief[other];
  if (a != b) { return a > b; }
  let c = nearness[pixel];
  let d = nearness[other];
  if (c != d) { return c < d; }
  return pixel < other;
}

// The neighbour in a direction if it is in another basin and comes before the pixel, else noPixel: the pixel's edges are those to such
// neighbours, and it is their later pixel. Most pixels have all their neighbours in their own basin, so that is asked first.
fn edgeTo(pixel: u32, position: vec2u, code: u32, direction: u32) -> u32 {
  let other = neighbourOf(position, direction);
  if (other == noPixel) { return noPixel; }
  let otherCode = codes[other];
  if (otherCode == code || otherCode == 0u) { return noPixel; }
  if (!comesBefore(other, pixel)) { return noPixel; }
  return other;
}

fn hasSeed(code: u32) -> bool {
  return code <= pixelCount();
}

fn rootOf(code: u32) -> u32 {
  return code - pixelCount() - 1u;
}

@compute @workgroup_size(workgroupSize)
fn climb(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  atomicStore(&basins[pixel].peak, relief[pixel]);
  if (relief[pixel] == 0u) {
    codes[pixel] = 0u;
    return;
  }
  let own = pixelCount() + 1u + pixel;
  let seed = seeds[pixel];
  if (seed > 0u && seed <= pixelCount()) {
    codes[pixel] = seed;
    atomicStore(&links[pixel], seed);
    return;
  }
  let position = positionOf(pixel);
  var best = pixel;
  for (var direction = 0u; direction < connectivity; direction++) {
    let other = neighbourOf(position, direction);
    if (other == noPixel) { continue; }
    if (relief[other] > 0u && comesBefore(other, best)) { best = other; }
  }
  codes[pixel] = own;
  atomicStore(&links[pixel], pixelCount() + 1u + best);
}

// What basins compare by, in turn: a pixel counts where all before is as good as the best.
const byRelief = 0u;
const byNearness = 1u;
const byPixel = 2u;

fn offer(code: u32, pixel: u32, criterion: u32) {
  if (hasSeed(code)) { return; }
  let basin = rootOf(code);
  if (criterion == byRelief) {
    atomicMax(&basins[basin].relief, relief[pixel]);
    return;
  }
  if (atomicLoad(&basins[basin].relief) != relief[pixel]) { return; }
  if (criterion == byNearness) {
    atomicMin(&basins[basin].nearness, nearness[pixel]);
    return;
  }
  if (atomicLoad(&basins[basin].nearness) != nearness[pixel]) { return; }
  atomicMin(&basins[basin].pixel, pixel);
}

// Offers a pixel's edges to the basins at both ends.
fn offerEdges(pixel: u32, criterion: u32) {
  if (pixel >= pixelCount()) { return; }
  let code = codes[pixel];
  if (code == 0u) { return; }
  let position = positionOf(pixel);
  for (var direction = 0u; direction < connectivity; direction++) {
    let other = edgeTo(pixel, position, code, direction);
    if (other == noPixel) { continue; }
    offer(code, pixel, criterion);
    offer(codes[other], pixel, criterion);
  }
}

@compute @workgroup_size(workgroupSize)
fn strongest(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  offerEdges(itemIndex(workgroup, invocation), byRelief);
}

@compute @workgroup_size(workgroupSize)
fn nearest(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  offerEdges(itemIndex(workgroup, invocation), byNearness);
}

@compute @workgroup_size(workgroupSize)
fn first(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  offerEdges(itemIndex(workgroup, invocation), byPixel);
}

// Whether the basin must be joined, and this pixel is the later one of its best edge.
fn joinsAt(code: u32, pixel: u32) -> bool {
  if (hasSeed(code)) { return false; }
  let basin = rootOf(code);
  if (atomicLoad(&basins[basin].pixel) != pixel) { return false; }
  return atomicLoad(&basins[basin].peak) - relief[pixel] < settings.height;
}

fn link(code: u32, partner: u32) {
  atomicStore(&links[rootOf(code)], partner);
  atomicStore(&progress[0], 1u);
}

@compute @workgroup_size(workgroupSize)
fn join(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  let code = codes[pixel];
  if (code == 0u) { return; }
  let position = positionOf(pixel);
  // The other end of the pixel's own best edge.
  var best = noPixel;
  for (var direction = 0u; direction < connectivity; direction++) {
    let other = edgeTo(pixel, position, code, direction);
    if (other == noPixel) { continue; }
    if (best == noPixel) {
      best = other;
    } else if (comesBefore(other, best)) {
      best = other;
    }
  }
  if (best == noPixel) { return; }
  let partner = codes[best];
  let joins = joinsAt(code, pixel);
  // Two basins may choose each other; then the one with the higher code joins, and the other stays a root.
  let mutual = joins && joinsAt(partner, pixel);
  if (joins && !(mutual && partner > code)) { link(code, partner); }
  for (var direction = 0u; direction < connectivity; direction++) {
    let other = edgeTo(pixel, position, code, direction);
    if (other == noPixel) { continue; }
    let otherCode = codes[other];
    if (mutual && otherCode == partner && partner < code) { continue; }
    if (joinsAt(otherCode, pixel)) { link(otherCode, code); }
  }
}

// The end of a basin's links. Those on the way are shortened; nothing is joined in this dispatch, so that any of them is right.
fn settled(code: u32) -> u32 {
  var at = code;
  while (at > pixelCount()) {
    let next = atomicLoad(&links[rootOf(at)]);
    if (next == at) { break; }
    if (next > pixelCount()) { atomicStore(&links[rootOf(at)], atomicLoad(&links[rootOf(next)])); }
    at = next;
  }
  return at;
}

@compute @workgroup_size(workgroupSize)
fn follow(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  atomicStore(&basins[pixel].relief, 0u);
  atomicStore(&basins[pixel].nearness, 0xffffffffu);
  atomicStore(&basins[pixel].pixel, noPixel);
  let before = codes[pixel];
  if (hasSeed(before)) { return; }
  let code = settled(before);
  codes[pixel] = code;
  // A root that is one no longer brings its peak along.
  if (rootOf(before) == pixel && code != before && !hasSeed(code)) {
    atomicMax(&basins[rootOf(code)].peak, atomicLoad(&basins[pixel].peak));
  }
}

@compute @workgroup_size(workgroupSize)
fn finish(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  if (!hasSeed(codes[pixel])) { codes[pixel] = 0u; }
}
