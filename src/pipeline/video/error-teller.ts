// SPDX-License-Identifier: MIT

/** Tells what went wrong with frames: the same message again only once a frame was right in between. */
export class ErrorTeller {
  private told: string | undefined;

  /** @param onError default: an uncaught error */
  constructor(private readonly onError: (error: unknown) => void = throwLater) {}

  tell(error: unknown): void {
    const text = String(error);
    if (text === this.told) return;
    this.told = text;
    try {
      this.onError(error);
    } catch (another) {
      throwLater(another);
    }
  }

  /** A frame was right. */
  forget(): void {
    this.told = undefined;
  }
}

/** As an error that nobody caught: the page's own handlers see it. */
function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
