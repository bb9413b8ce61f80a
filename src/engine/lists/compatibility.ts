// SPDX-License-Identifier: MIT

import { compatibility } from '../../stages/compatibility.js';
import type { BufferPlan } from '../plan/buffer-plan.js';
import type { Penalties } from '../plan/penalties.js';
import type { EnginePlan } from '../plan/plan.js';
import { rowConstants } from './constants.js';
import { type Binding, dispatch, type Load, type Step, type WorkgroupCount } from './dispatch.js';

interface TransformedRows {
  /** Uniform whose first word is the number of rows. */
  counted: Binding;
  source: BufferPlan;
  transformed: BufferPlan;
  firstRow: number;
  workgroups: WorkgroupCount;
  load?: Load;
}

/** Rows of one slab through the penalties between its labels and those of another; nothing for Potts. */
export function compatibilitySteps(
  plan: EnginePlan,
  penalties: Penalties | null,
  [source, target]: readonly [source: number, target: number],
  rows: TransformedRows,
): Step[] {
  if (!penalties) return [];
  return [
    dispatch(compatibility, {
      timing: 'compatibility',
      constants: { ...rowConstants(plan.rows, plan.tuning), firstRow: rows.firstRow },
      bindings: {
        counted: rows.counted,
        penalties: penalties.matrices[source][target],
        source: rows.source,
        transformed: rows.transformed,
      },
      workgroups: rows.workgroups,
      ...(rows.load && { load: rows.load }),
    }),
  ];
}
