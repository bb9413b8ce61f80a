// SPDX-License-Identifier: MIT

/** What some browsers can't do with pictures. Each is undone by an end of the device. */
export interface BrowserGaps {
  /** No importExternalTexture: Firefox on Linux. */
  withoutImport?: boolean;
  /** The shader that reads imported videos is refused. */
  withoutImportShader?: boolean;
  /** Imports throw. */
  failingImport?: boolean;
  /** copyExternalImageToTexture takes no video, no VideoFrame and no ImageData: Firefox. */
  withoutVideoCopies?: boolean;
}

const notCopied = ['HTMLVideoElement', 'VideoFrame', 'ImageData'];

/** Makes a device act as a browser's that can do less. */
export function withGaps(device: GPUDevice, gaps: BrowserGaps): void {
  if (gaps.withoutImport) replace(device, 'importExternalTexture', undefined);
  if (gaps.failingImport) {
    replace(device, 'importExternalTexture', () => {
      throw new DOMException('no import here', 'OperationError');
    });
  }
  if (gaps.withoutImportShader) {
    const compile = device.createComputePipelineAsync;
    replace(device, 'createComputePipelineAsync', async (descriptor: GPUComputePipelineDescriptor) => {
      if (descriptor.label === 'pipeline/capture-video') throw new Error('texture_external is not known');
      return compile.call(device, descriptor);
    });
  }
  if (gaps.withoutVideoCopies) {
    const { queue } = device;
    const copy = queue.copyExternalImageToTexture;
    replace(queue, 'copyExternalImageToTexture', (...given: Parameters<typeof copy>) => {
      const name = Object.prototype.toString.call(given[0].source).slice('[object '.length, -1);
      if (notCopied.includes(name)) throw new TypeError(`${name} could not be converted`);
      copy.apply(queue, given);
    });
  }
}

function replace(owner: object, name: string, value: unknown): void {
  Object.defineProperty(owner, name, { value, configurable: true });
}
