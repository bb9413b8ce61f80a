// SPDX-License-Identifier: MIT

// The stages of src/reference that take the time, in WebAssembly with SIMD. Compiled by `npm run generate:simd`.

export { blur } from './blur';
export { embed, embedWorkLength } from './embed';
export { keyBytes } from './keys';
export {
  beginLattice,
  endLattice,
  endSorting,
  findNeighbours,
  groupPoints,
  neighbourPieces,
  numberPoints,
  numberVertices,
  releaseLattice,
  sortWeights,
} from './lattice';
export { allocate, release } from './memory';
export { factorsOfSums, scaleWeights } from './scale-weights';
export { slice } from './slice';
export { slicePairs } from './slice-pairs';
export { softmax } from './softmax';
export { splat } from './splat';
export { splatPairs } from './splat-pairs';
export { writeRows } from './write-rows';
