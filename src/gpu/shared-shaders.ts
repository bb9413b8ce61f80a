// SPDX-License-Identifier: MIT

import block from '../../shaders/shared/block.wgsl?raw';
import coarseSample from '../../shaders/shared/coarse-sample.wgsl?raw';
import counted from '../../shaders/shared/counted.wgsl?raw';
import counters from '../../shaders/shared/counters.wgsl?raw';
import drawing from '../../shaders/shared/drawing.wgsl?raw';
import energies from '../../shaders/shared/energies.wgsl?raw';
import excess from '../../shaders/shared/excess.wgsl?raw';
import extent from '../../shaders/shared/extent.wgsl?raw';
import fixedPoint from '../../shaders/shared/fixed-point.wgsl?raw';
import foreground from '../../shaders/shared/foreground.wgsl?raw';
import grid from '../../shaders/shared/grid.wgsl?raw';
import halve from '../../shaders/shared/halve.wgsl?raw';
import hash from '../../shaders/shared/hash.wgsl?raw';
import invocation from '../../shaders/shared/invocation.wgsl?raw';
import lane1 from '../../shaders/shared/lane1.wgsl?raw';
import lane2 from '../../shaders/shared/lane2.wgsl?raw';
import lane4 from '../../shaders/shared/lane4.wgsl?raw';
import lattice from '../../shaders/shared/lattice.wgsl?raw';
import moments from '../../shaders/shared/moments.wgsl?raw';
import neighbourhood from '../../shaders/shared/neighbourhood.wgsl?raw';
import norms from '../../shaders/shared/norms.wgsl?raw';
import simplex from '../../shaders/shared/simplex.wgsl?raw';
import sliceBindings from '../../shaders/shared/slice-bindings.wgsl?raw';
import softmaxLanes from '../../shaders/shared/softmax-lanes.wgsl?raw';
import splatBindings from '../../shaders/shared/splat-bindings.wgsl?raw';
import splatTerms from '../../shaders/shared/splat-terms.wgsl?raw';
import turn from '../../shaders/shared/turn.wgsl?raw';
import updateLogits from '../../shaders/shared/update-logits.wgsl?raw';
import vertexHash from '../../shaders/shared/vertex-hash.wgsl?raw';
import workItem from '../../shaders/shared/work-item.wgsl?raw';

/** What `// @import name` puts in a shader: every file of `shaders/shared`. */
export const sharedShaders: Readonly<Record<string, string>> = {
  block,
  'coarse-sample': coarseSample,
  counted,
  counters,
  drawing,
  energies,
  excess,
  extent,
  'fixed-point': fixedPoint,
  foreground,
  grid,
  halve,
  hash,
  invocation,
  lane1,
  lane2,
  lane4,
  lattice,
  moments,
  neighbourhood,
  norms,
  simplex,
  'slice-bindings': sliceBindings,
  'softmax-lanes': softmaxLanes,
  'splat-bindings': splatBindings,
  'splat-terms': splatTerms,
  turn,
  'update-logits': updateLogits,
  'vertex-hash': vertexHash,
  'work-item': workItem,
};
