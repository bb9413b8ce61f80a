// SPDX-License-Identifier: MIT

import { batch, computed, signal, untracked } from '@preact/signals';

/** A value that can be read and set: a signal, or what reads and sets one. */
export interface Cell<Value> {
  value: Value;
}

/** What is kept of each step, and how it is brought back. */
export interface Travels<State> {
  /** All that steps change, as it is now. Values in it are never changed in place. */
  capture(): State;
  restore(state: State): void;
  /** Whether a visitor would see no difference. */
  areSame(one: State, other: State): boolean;
}

interface Step<State> {
  /** What was done, as it is said: "stroke", "working size". */
  title: string;
  /** Before it was done; of a step that was undone, before it was undone. */
  state: State;
}

/** Older steps are forgotten. */
const mostSteps = 100;

/** Undo and redo of what a visitor does. A step keeps everything as it was: so it also brings back what came of it. */
export class Timeline<State> {
  private readonly past = signal<readonly Step<State>[]>([]);
  private readonly future = signal<readonly Step<State>[]>([]);
  /** What was undone or redone last, in words. A new object each time. */
  readonly said = signal<{ text: string } | undefined>(undefined);
  private gesture: { title: string } | undefined;
  private isActing = false;

  /** What would be undone and redone, in words. */
  readonly undoTitle = computed(() => this.titleIn(this.past.value));
  readonly redoTitle = computed(() => this.titleIn(this.future.value));
  readonly canUndo = computed(() => this.undoTitle.value !== undefined);
  readonly canRedo = computed(() => this.redoTitle.value !== undefined);

  constructor(private readonly travels: Travels<State>) {}

  /** One step, whatever it changes; none where it changes nothing. */
  act(title: string, change: () => void): void {
    this.gesture = undefined;
    this.step(title, change);
  }

  /** The same for what goes on as long as a slider is dragged or a name is typed: all of it is one step. */
  actOn(title: string, change: () => void): void {
    if (this.gesture?.title === title) batch(change);
    else if (this.step(title, change)) this.gesture = { title };
  }

  /** What is done from now on is a step of its own. */
  endGesture(): void {
    this.gesture = undefined;
  }

  /** A value whose changes are steps. */
  cell<Value>(title: string, of: Cell<Value>): Cell<Value> {
    const change = (wanted: Value) =>
      this.actOn(title, () => {
        of.value = wanted;
      });
    return {
      get value() {
        return of.value;
      },
      set value(wanted: Value) {
        change(wanted);
      },
    };
  }

  undo(): void {
    this.travel(this.past, this.future, 'Undone');
  }

  redo(): void {
    this.travel(this.future, this.past, 'Redone');
  }

  /** There is nothing to go back to. */
  clear(): void {
    batch(() => {
      this.endGesture();
      this.past.value = [];
      this.future.value = [];
      this.said.value = undefined;
    });
  }

  /** What can't be brought back is taken out of every step. */
  rewrite(change: (state: State) => State): void {
    const rewritten = ({ title, state }: Step<State>) => ({ title, state: change(state) });
    batch(() => {
      this.past.value = this.past.value.map(rewritten);
      this.future.value = this.future.value.map(rewritten);
    });
  }

  /** @returns whether anything changed */
  private step(title: string, change: () => void): boolean {
    return untracked(() => {
      const before = this.travels.capture();
      return batch(() => {
        // What a step does in turn is part of it.
        if (this.isActing) {
          change();
          return false;
        }
        this.isActing = true;
        try {
          change();
        } finally {
          this.isActing = false;
        }
        if (this.isPresent(before)) return false;
        this.past.value = [...this.past.value, { title, state: before }].slice(-mostSteps);
        this.future.value = [];
        this.said.value = undefined;
        return true;
      });
    });
  }

  private travel(from: typeof this.past, to: typeof this.past, way: string): void {
    untracked(() => {
      this.endGesture();
      const steps = from.value;
      const place = this.placeIn(steps);
      if (place < 0) return;
      const { title, state } = steps[place];
      const present = this.travels.capture();
      batch(() => {
        from.value = steps.slice(0, place);
        to.value = [...to.value, { title, state: present }];
        this.travels.restore(state);
        this.said.value = { text: `${way}: ${title}` };
      });
    });
  }

  private titleIn(steps: readonly Step<State>[]): string | undefined {
    return steps[this.placeIn(steps)]?.title;
  }

  /** Of the last step that changed what there is: a network that could not be had, say, has left everything as it was before it. */
  private placeIn(steps: readonly Step<State>[]): number {
    return steps.findLastIndex(({ state }) => !this.isPresent(state));
  }

  private isPresent(state: State): boolean {
    return this.travels.areSame(state, this.travels.capture());
  }
}

/** What the page needs of it, whatever is kept. */
export type Steps = Pick<
  Timeline<unknown>,
  'act' | 'actOn' | 'cell' | 'endGesture' | 'undo' | 'redo' | 'undoTitle' | 'redoTitle' | 'said'
>;
