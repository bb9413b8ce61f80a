// SPDX-License-Identifier: MIT

/** From the next visit on the built site opens without a network. Where that cannot be, on http for example, nothing is lost. */
export function keepForOffline(): void {
  if (!import.meta.env.PROD) return;
  navigator.serviceWorker?.register(new URL('service-worker.js', document.baseURI)).catch(() => undefined);
}
