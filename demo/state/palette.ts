// SPDX-License-Identifier: MIT

import { computed, signal } from '@preact/signals';
import { type Colour, type Label, labelsNamed, shownLabels } from './labels.js';
import { type Merges, membersOf, noMerges } from './merges.js';

/** Labels, and which of them count as one. */
export interface LabelSet {
  labels: readonly Label[];
  merges: Merges;
}

/** Of a network. Their user may call them otherwise. */
export interface FoundLabels extends LabelSet {
  /** As the network has them, with tildes between. */
  names: string;
}

/** The labels that there are, and which of them are shown. */
export class Palette {
  /** The user's. */
  readonly own = signal(labelSet(['Background', 'Object']));
  /** A network's, in their place. */
  readonly found = signal<FoundLabels | undefined>(undefined);
  /** The only label that is shown, or null. */
  readonly isolated = signal<number | null>(null);

  private readonly set = computed<LabelSet>(() => this.found.value ?? this.own.value);
  readonly labels = computed(() => this.set.value.labels);
  readonly merges = computed(() => this.set.value.merges);
  readonly shown = computed(() => shownLabels(this.labels.value, this.merges.value, this.isolated.value));
  /** By label, the label that it counts as. */
  readonly leaders = computed(() => this.shown.value.map(({ leader }) => leader));

  /** Of those that are in use. */
  change(change: Partial<LabelSet>): void {
    const found = this.found.value;
    if (found) this.found.value = { ...found, ...change };
    else this.own.value = { ...this.own.value, ...change };
  }

  changeLabel(index: number, change: Partial<Label>): void {
    this.change({ labels: this.labels.value.map((label, i) => (i === index ? { ...label, ...change } : label)) });
  }

  membersOf(leader: number): number[] {
    return membersOf(this.merges.value, leader, this.labels.value.length);
  }

  /** Shows this label alone, or all again. */
  toggleIsolated(leader: number): void {
    this.isolated.value = this.isolated.value === leader ? null : leader;
  }
}

export function labelSet(names: readonly string[], merges: Merges = noMerges): LabelSet {
  return { labels: labelsNamed(names), merges };
}

/** Background is not shown, and nothing is merged. */
export function foundLabels(names: readonly string[], colours: readonly Colour[]): FoundLabels {
  return { labels: labelsNamed(names, colours), merges: noMerges, names: names.join('~') };
}

/** Whether both have the same names, show the same, and merge the same: colours are nobody's choice. */
export function areSameLabels(one: LabelSet | undefined, other: LabelSet | undefined): boolean {
  return one === other || wordsOf(one) === wordsOf(other);
}

/** Whether a network found labels in both, and the same: what its user calls them can then be brought back. */
export function isSameFinding(one: FoundLabels | undefined, other: FoundLabels | undefined): boolean {
  return one !== undefined && one.names === other?.names;
}

/** Whether a visitor sees the same labels: one's own, and what the same network found. */
export function areSamePalettes(one: PaletteState, other: PaletteState): boolean {
  const areFoundSame = !isSameFinding(one.found, other.found) || areSameLabels(one.found, other.found);
  return areSameLabels(one.own, other.own) && areFoundSame;
}

/** What a palette holds at one moment. */
interface PaletteState {
  own: LabelSet;
  found: FoundLabels | undefined;
}

function wordsOf(set: LabelSet | undefined): string {
  return JSON.stringify(set && [set.labels.map(({ name, isShown }) => [name, isShown]), set.merges]);
}
