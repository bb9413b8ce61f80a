// A simplex of the permutohedral lattice, packed into `keyWords` words:
//   d coordinates q_j, 16 bits each, two a word (the remainder-0 vertex is D·q_j; the last follows, as they sum to zero),
//   then the rank of each of the D = d + 1 residuals, `rankBits` bits each.
// Its vertex of remainder k has the coordinates D·q_j + (rank_j <= d - k ? k : k - D)  (Adams, Baek, Davis 2010).
const coordinateWords = (featureDim + 1u) / 2u;

struct Simplex {
  words: array<u32, keyWords>,
}

fn loadSimplex(pixel: u32) -> Simplex {
  var simplex: Simplex;
  // @unroll
  for (var word = 0u; word < keyWords; word++) {
    simplex.words[word] = keys[pixel * keyWords + word];
  }
  return simplex;
}

fn sameSimplex(a: Simplex, b: Simplex) -> bool {
  var difference = 0u;
  // @unroll
  for (var word = 0u; word < keyWords; word++) {
    difference |= a.words[word] ^ b.words[word];
  }
  return difference == 0u;
}

// The first d coordinates of a vertex.
struct Vertex {
  coordinates: array<i32, featureDim>,
}

fn vertexOf(simplex: Simplex, remainder: u32) -> Vertex {
  var vertex: Vertex;
  // @unroll
  for (var j = 0u; j < featureDim; j++) {
    let packed = simplex.words[j / 2u];
    let q = select(bitcast<i32>(packed << 16u) >> 16u, bitcast<i32>(packed) >> 16u, j % 2u == 1u);
    let rank = (simplex.words[coordinateWords + j / ranksPerWord] >> ((j % ranksPerWord) * rankBits)) & ((1u << rankBits) - 1u);
    vertex.coordinates[j] = q * i32(cornerCount) + select(i32(remainder) - i32(cornerCount), i32(remainder), rank + remainder <= featureDim);
  }
  return vertex;
}

fn sameVertex(a: Vertex, b: Vertex) -> bool {
  var difference = 0;
  // @unroll
  for (var j = 0u; j < featureDim; j++) {
    difference |= a.coordinates[j] ^ b.coordinates[j];
  }
  return difference == 0;
}
