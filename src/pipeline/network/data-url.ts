// SPDX-License-Identifier: MIT

/** The bytes of a base64 data URL. Not by fetch, which a strict `connect-src` would refuse. */
export function bytesOfDataUrl(url: string): Uint8Array<ArrayBuffer> {
  const comma = url.indexOf(',');
  if (!url.startsWith('data:') || !url.slice(0, comma).endsWith(';base64')) {
    throw new Error(`an embedded file was not inlined by the bundler: "${url.slice(0, 60)}"`);
  }
  const binary = atob(url.slice(comma + 1));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
