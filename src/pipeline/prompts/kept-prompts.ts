// SPDX-License-Identifier: MIT

import type { CheckedPrompts } from './prompts.js';

/** Labels that something was marked with, or that a box names. */
export function markedLabels({ box, labelMap, strokes }: CheckedPrompts): Set<number> {
  const labels = new Set<number>(box ? [box.inside, box.outside] : []);
  for (const { label } of strokes) if (label !== null) labels.add(label);
  for (const mark of labelMap ?? []) if (mark > 0) labels.add(mark - 1);
  return labels;
}

/** The same marks where only some labels are left, `kept` in ascending order: all that are marked are among them. */
export function promptsForKept(prompts: CheckedPrompts, kept: readonly number[]): CheckedPrompts {
  const { box, labelMap, strokes, labelCount } = prompts;
  if (kept.length === labelCount) return prompts;
  const placeOf = (label: number) => kept.indexOf(label);
  return {
    ...prompts,
    labelCount: kept.length,
    box: box && { ...box, inside: placeOf(box.inside), outside: placeOf(box.outside) },
    labelMap: labelMap && Uint32Array.from(labelMap, (mark) => (mark > 0 ? placeOf(mark - 1) + 1 : 0)),
    strokes: strokes.map((stroke) => ({ ...stroke, label: stroke.label === null ? null : placeOf(stroke.label) })),
  };
}

/** What is left, in ascending order, and what is marked besides. */
export function withMarked(kept: readonly number[], prompts: CheckedPrompts | undefined): number[] {
  const labels = new Set([...kept, ...(prompts ? markedLabels(prompts) : [])]);
  return [...labels].sort((a, b) => a - b);
}
