// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import type { StageDefinition } from '../../../src/gpu/program.js';
import { RenderModule } from '../../../src/gpu/render-program.js';
import { DeviceError } from '../../../src/problem/errors.js';
import { createTestDevice } from '../../support/device.js';

const layout = { shade: 'uniform' } as const;
const source = `
@group(0) @binding(0) var<uniform> shade: vec4f;
@vertex fn vertexMain(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
  return vec4f(select(-1.0, 3.0, vertex == 1u), select(-1.0, 3.0, vertex == 2u), 0.0, 1.0);
}
@fragment fn plain() -> @location(0) vec4f { return shade; }
@fragment fn scaled() -> @location(0) vec4f { return shade * f32(factor); }
`;
const stage = { name: 'shade', source, layout } as const satisfies StageDefinition;

test('entry points share bind groups, are compiled once a format, and cover every pixel', async () => {
  const testDevice = await createTestDevice();
  const { device } = testDevice;
  const module = new RenderModule(device, stage, { factor: 2 });
  const [plain, again, scaled] = await Promise.all([
    module.get('plain', 'rgba8unorm'),
    module.get('plain', 'rgba8unorm'),
    module.get('scaled', 'rgba8unorm'),
  ]);
  expect(again).toBe(plain);
  await module.get('plain', 'bgra8unorm');
  expect(testDevice.counts()).toMatchObject({ createRenderPipeline: 3, createShaderModule: 1 });

  // UNIFORM | COPY_DST
  const uniform = device.createBuffer({ size: 16, usage: 0x48 });
  device.queue.writeBuffer(uniform, 0, Float32Array.of(0.2, 0.4, 0, 0.5));
  const group = module.bind({ shade: { buffer: uniform } });
  // RENDER_ATTACHMENT | COPY_SRC; MAP_READ | COPY_DST
  const texture = device.createTexture({ size: [3, 2], format: 'rgba8unorm', usage: 0x11 });
  const buffer = device.createBuffer({ size: 512, usage: 0x9 });
  for (const [program, expected] of [
    [plain, [51, 102, 0, 128]],
    [scaled, [102, 204, 0, 255]],
  ] as const) {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginRenderPass({
      colorAttachments: [{ view: texture.createView(), loadOp: 'clear', storeOp: 'store' }],
    });
    program.encode(pass, group);
    pass.end();
    encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow: 256 }, [3, 2]);
    device.queue.submit([encoder.finish()]);
    await buffer.mapAsync(1);
    const bytes = new Uint8Array(buffer.getMappedRange().slice(0));
    buffer.unmap();
    for (const row of [0, 256]) {
      expect([...bytes.subarray(row, row + 12)]).toBeAllClose([...expected, ...expected, ...expected], {
        tolerance: 1,
      });
    }
  }
  for (const owned of [uniform, texture, buffer]) owned.destroy();
  await testDevice.finish();
});

test('what the compiler says is told with its line; a second try compiles anew', async () => {
  const testDevice = await createTestDevice();
  const { device } = testDevice;
  // Whoever has a scope open hears of their own errors only.
  device.pushErrorScope('validation');
  const broken = new RenderModule(
    device,
    { ...stage, source: source.replace('return shade;', 'return shad;') },
    { factor: 2 },
  );
  await expect(broken.get('plain', 'rgba8unorm')).rejects.toThrow(DeviceError);
  await expect(broken.get('plain', 'rgba8unorm')).rejects.toThrow(/shade\.plain \(rgba8unorm\): .*line 7: .*shad/s);
  expect(await device.popErrorScope()).toBeNull();
  expect(testDevice.takeErrors()).not.toEqual([]);
  await testDevice.finish();
});
