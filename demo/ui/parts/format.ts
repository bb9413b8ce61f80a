// SPDX-License-Identifier: MIT

export function milliseconds(time: number): string {
  if (!Number.isFinite(time)) return '–';
  if (time >= 1000) return `${(time / 1000).toFixed(time < 10_000 ? 2 : 1)} s`;
  if (time < 1) return `${time.toFixed(2)} ms`;
  return `${time < 10 ? time.toFixed(1) : Math.round(time)} ms`;
}

/** In units of 1024, which is how memory is counted. */
export function bytes(count: number): string {
  if (count < 1024) return `${count} bytes`;
  if (count < 1024 ** 2) return `${(count / 1024).toFixed(1)} KiB`;
  if (count < 1024 ** 3) return `${(count / 1024 ** 2).toFixed(1)} MiB`;
  return `${(count / 1024 ** 3).toFixed(2)} GiB`;
}

export function count(number: number): string {
  return number.toLocaleString('en');
}
