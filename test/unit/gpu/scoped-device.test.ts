// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { ScopedDevice } from '../../../src/gpu/scoped-device.js';

/** A device's error scopes without a device: calls fail by the label of what they are given. */
class FakeDevice {
  readonly uncaptured: string[] = [];
  readonly queue = { submit: () => this.fail('validation', this.next), writeBuffer: () => undefined };
  /** What the next submit says. */
  next: string | undefined;
  private readonly scopes: { filter: GPUErrorFilter; error: string | undefined }[] = [];

  get depth(): number {
    return this.scopes.length;
  }

  pushErrorScope(filter: GPUErrorFilter): void {
    this.scopes.push({ filter, error: undefined });
  }

  async popErrorScope(): Promise<GPUError | null> {
    const scope = this.scopes.pop();
    if (!scope) throw new Error('no scope');
    return scope.error === undefined ? null : { message: scope.error };
  }

  createBuffer({ label = '' }: { label?: string }): object {
    if (label === 'large') this.fail('out-of-memory', 'no memory');
    if (label === 'wrong') this.fail('validation', 'wrong usage');
    if (label === 'thrown') throw new TypeError('no descriptor');
    return { label };
  }

  createCommandEncoder() {
    return { finish: () => ({}) };
  }

  private fail(filter: GPUErrorFilter, message: string | undefined): void {
    if (message === undefined) return;
    const scope = this.scopes.findLast((one) => one.filter === filter && one.error === undefined);
    if (scope) scope.error = message;
    else this.uncaptured.push(message);
  }
}

function make() {
  const fake = new FakeDevice();
  return { fake, device: new ScopedDevice(fake as unknown as GPUDevice) };
}

const buffer = (label: string) => ({ label, size: 16, usage: 128 });

describe('ScopedDevice', () => {
  test('leaves no scope open behind a call, whatever becomes of it', () => {
    const { fake, device } = make();
    device.createBuffer(buffer('fine'));
    expect(fake.depth).toBe(0);
    expect(() => device.createBuffer(buffer('thrown'))).toThrow(TypeError);
    expect(fake.depth).toBe(0);
    expect(() => device.listen(() => device.createBuffer(buffer('thrown')))).toThrow(TypeError);
    expect(fake.depth).toBe(0);
  });

  test.each(['large', 'wrong'])('hears of a %s buffer once', async (label) => {
    const { fake, device } = make();
    device.createBuffer(buffer(label));
    expect(await device.settle()).toMatchObject({ message: label === 'large' ? 'no memory' : 'wrong usage' });
    expect(await device.settle()).toBeUndefined();
    expect(fake.uncaptured).toEqual([]);
  });

  test('tells the first of several errors', async () => {
    const { device } = make();
    device.createBuffer(buffer('fine'));
    device.createBuffer(buffer('large'));
    device.createBuffer(buffer('wrong'));
    expect(await device.settle()).toMatchObject({ message: 'no memory' });
  });

  test('memory is the cause of what fails with it', async () => {
    const { fake, device } = make();
    const { result, error } = device.listen(() => {
      const made = device.createBuffer(buffer('large'));
      fake.next = 'invalid buffer';
      device.submit('use', () => undefined);
      return made;
    });
    expect(result).toMatchObject({ label: 'large' });
    expect(await error).toMatchObject({ message: 'no memory' });
    // Whoever listened has heard it.
    expect(await device.settle()).toBeUndefined();
  });

  test("hears nothing of others', nor they of it", async () => {
    const { fake, device } = make();
    const other = new ScopedDevice(fake as unknown as GPUDevice);
    fake.pushErrorScope('validation');
    const heard = device.listen(() => {
      other.createBuffer(buffer('wrong'));
      device.createBuffer(buffer('fine'));
    });
    device.around(() => other.listen(() => other.createBuffer(buffer('large'))));
    fake.createBuffer(buffer('wrong'));
    expect(await heard.error).toBeUndefined();
    expect(await device.settle()).toBeUndefined();
    expect(await other.settle()).toMatchObject({ message: 'wrong usage' });
    expect(await fake.popErrorScope()).toMatchObject({ message: 'wrong usage' });
  });

  test('calls within one piece share its scopes', () => {
    const { fake, device } = make();
    let deepest = 0;
    device.submit('piece', () => {
      device.around(() => device.queue.writeBuffer({} as GPUBuffer, 0, new Uint8Array(4)));
      device.createBuffer(buffer('fine'));
      device.around(() => {
        deepest = fake.depth;
      });
    });
    expect(deepest).toBe(1);
  });

  test('waits after a creation, not after work that creates nothing', async () => {
    const { fake, device } = make();
    device.createBuffer(buffer('wrong'));
    expect(await device.settleCreation()).toMatchObject({ message: 'wrong usage' });
    fake.next = 'too late';
    device.submit('piece', () => undefined);
    expect(await device.settleCreation()).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve));
    expect(await device.settleCreation()).toMatchObject({ message: 'too late' });
  });
});
