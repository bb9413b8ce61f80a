// SPDX-License-Identifier: MIT

/** The things used last, so many of them. One more ends the one that was used longest ago. */
export class Recent<Thing> {
  /** The one used last stands last. */
  private readonly things: Thing[] = [];

  constructor(
    private readonly room: number,
    private readonly end: (thing: Thing) => void,
  ) {}

  /** All there are, in no order that means anything. */
  get all(): readonly Thing[] {
    return this.things;
  }

  /** The one that fits, which counts as used now. */
  find(fits: (thing: Thing) => boolean): Thing | undefined {
    const at = this.things.findIndex(fits);
    if (at < 0) return undefined;
    const [found] = this.things.splice(at, 1);
    this.things.push(found);
    return found;
  }

  /** Ends the oldest where there is no room, so that what comes can have its memory. */
  makeRoom(): void {
    while (this.things.length >= this.room) this.endOne(this.things[0]);
  }

  add(thing: Thing): void {
    this.makeRoom();
    this.things.push(thing);
  }

  endOne(thing: Thing): void {
    const at = this.things.indexOf(thing);
    if (at < 0) return;
    this.things.splice(at, 1);
    this.end(thing);
  }

  endAll(): void {
    for (const thing of this.things.splice(0)) this.end(thing);
  }
}
