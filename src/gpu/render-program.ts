// SPDX-License-Identifier: MIT

import { DeviceError } from '../problem/errors.js';
import {
  type BindingLayout,
  type Bindings,
  compilationMessages,
  layoutEntries,
  type StageDefinition,
} from './program.js';
import { assembleShader, overridesOf, type ShaderConstants } from './shader.js';

/** GPUShaderStage.FRAGMENT, a global that Node lacks. */
const fragmentStage = 2;

/**
 * A fragment shader that covers its whole target, with an explicit bind-group layout: the sibling of `Program` for pictures.
 * The shader file has a `vertexMain` of three vertices and any number of fragment entry points.
 */
export class RenderProgram {
  private constructor(
    readonly label: string,
    readonly pipeline: GPURenderPipeline,
  ) {}

  static async create(
    {
      device,
      groupLayout,
      module,
      overrides,
    }: Pick<RenderModule<BindingLayout>, 'device' | 'groupLayout' | 'module' | 'overrides'>,
    name: string,
    entryPoint: string,
    format: GPUTextureFormat,
  ): Promise<RenderProgram> {
    const label = `${name}.${entryPoint} (${format})`;
    try {
      const pipeline = await device.createRenderPipelineAsync({
        label,
        layout: device.createPipelineLayout({ label, bindGroupLayouts: [groupLayout] }),
        vertex: { module, entryPoint: 'vertexMain', constants: overrides },
        fragment: { module, entryPoint, constants: overrides, targets: [{ format }] },
        primitive: { topology: 'triangle-list' },
      });
      return new RenderProgram(label, pipeline);
    } catch (error) {
      throw new DeviceError(
        `${label}: the shader was refused by the device: ${await compilationMessages(module, error)}`,
      );
    }
  }

  /** Covers the pass's target. */
  encode(pass: GPURenderPassEncoder, group: GPUBindGroup): void {
    pass.setPipeline(this.pipeline);
    pass.setBindGroup(0, group);
    pass.draw(3);
  }
}

/** One shader file on one device: its entry points share bind groups. */
export class RenderModule<Layout extends BindingLayout> {
  readonly groupLayout: GPUBindGroupLayout;
  readonly module: GPUShaderModule;
  readonly overrides: Record<string, number>;
  private readonly programs = new Map<string, Promise<RenderProgram>>();

  constructor(
    readonly device: GPUDevice,
    private readonly stage: StageDefinition<Layout>,
    constants: ShaderConstants = {},
  ) {
    const label = stage.name;
    this.groupLayout = device.createBindGroupLayout({ label, entries: layoutEntries(stage.layout, fragmentStage) });
    const code = assembleShader(stage.source, constants);
    this.module = device.createShaderModule({ label, code });
    this.overrides = overridesOf(code, constants);
  }

  /** Compiles each entry point once for each format of a target. */
  get(entryPoint: string, format: GPUTextureFormat): Promise<RenderProgram> {
    const key = `${entryPoint} ${format}`;
    let program = this.programs.get(key);
    if (!program) {
      program = RenderProgram.create(this, this.stage.name, entryPoint, format);
      this.programs.set(key, program);
      // A failure is its caller's to hear of; the next call tries again.
      program.catch(() => this.programs.delete(key));
    }
    return program;
  }

  bind(bindings: Bindings<Layout>): GPUBindGroup {
    const { name, layout } = this.stage;
    return this.device.createBindGroup({
      label: name,
      layout: this.groupLayout,
      entries: Object.keys(layout).map((key, binding) => ({ binding, resource: bindings[key] as GPUBindingResource })),
    });
  }
}
