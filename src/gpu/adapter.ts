// SPDX-License-Identifier: MIT

/** What a browser says of an adapter: `adapter.info` or `device.adapterInfo`. */
export type NamedAdapter = Pick<
  GPUAdapterInfo,
  'vendor' | 'architecture' | 'device' | 'description' | 'isFallbackAdapter'
>;

/** Whether shaders run on the CPU: invocations are few and wide there, see `tuning.ts`. */
export function isSoftware(info: NamedAdapter | undefined): boolean {
  return (
    info?.isFallbackAdapter === true ||
    /swiftshader|llvmpipe|lavapipe|softpipe|warp|basic render/i.test(
      `${info?.architecture} ${info?.device} ${info?.description}`,
    )
  );
}

/** As the browser names the adapter. Browsers that hide names still tell whether it is a software one. */
export function nameOf(info: NamedAdapter | undefined): string {
  const words = [info?.vendor, info?.architecture, info?.description || info?.device].filter(Boolean);
  const known = isSoftware(info) ? 'unnamed software adapter' : 'unnamed adapter';
  return [...new Set(words)].join(' ') || known;
}
