// SPDX-License-Identifier: MIT

import { type BindingLayout, type Bindings, layoutEntries, type StageDefinition, shaderError } from './program.js';
import { type Heard, ScopedDevice } from './scoped-device.js';
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
    { device, groupLayout, module, overrides, refusal }: CompiledModule,
    name: string,
    entryPoint: string,
    format: GPUTextureFormat,
  ): Promise<RenderProgram> {
    const label = `${name}.${entryPoint} (${format})`;
    // What throws at once is no other failure than what rejects.
    const { result, error: refused } = device.listen(async () =>
      device.device.createRenderPipelineAsync({
        label,
        layout: device.device.createPipelineLayout({ label, bindGroupLayouts: [groupLayout] }),
        vertex: { module, entryPoint: 'vertexMain', constants: overrides },
        fragment: { module, entryPoint, constants: overrides, targets: [{ format }] },
        primitive: { topology: 'triangle-list' },
      }),
    );
    try {
      return new RenderProgram(label, await result);
    } catch (error) {
      throw await shaderError(label, module, (await refusal) ?? (await refused) ?? (error as Error));
    }
  }

  /** Covers the pass's target. */
  encode(pass: GPURenderPassEncoder, group: GPUBindGroup): void {
    pass.setPipeline(this.pipeline);
    pass.setBindGroup(0, group);
    pass.draw(3);
  }
}

interface CompiledModule {
  readonly device: ScopedDevice;
  readonly groupLayout: GPUBindGroupLayout;
  readonly module: GPUShaderModule;
  readonly overrides: Record<string, number>;
  /** What the device said of the two. */
  readonly refusal: Heard<unknown>['error'];
}

/** One shader file on one device: its entry points share bind groups. */
export class RenderModule<Layout extends BindingLayout> {
  private readonly compiled: CompiledModule;
  private readonly programs = new Map<string, Promise<RenderProgram>>();

  constructor(
    device: GPUDevice | ScopedDevice,
    private readonly stage: StageDefinition<Layout>,
    constants: ShaderConstants = {},
  ) {
    const scoped = ScopedDevice.of(device);
    const label = stage.name;
    const code = assembleShader(stage.source, constants);
    const { result, error: refusal } = scoped.listen(() => ({
      groupLayout: scoped.device.createBindGroupLayout({ label, entries: layoutEntries(stage.layout, fragmentStage) }),
      module: scoped.device.createShaderModule({ label, code }),
    }));
    this.compiled = { device: scoped, ...result, overrides: overridesOf(code, constants), refusal };
  }

  /** Compiles each entry point once for each format of a target. */
  get(entryPoint: string, format: GPUTextureFormat): Promise<RenderProgram> {
    const key = `${entryPoint} ${format}`;
    let program = this.programs.get(key);
    if (!program) {
      program = RenderProgram.create(this.compiled, this.stage.name, entryPoint, format);
      this.programs.set(key, program);
      // A failure is its caller's to hear of; the next call tries again.
      program.catch(() => this.programs.delete(key));
    }
    return program;
  }

  bind(bindings: Bindings<Layout>): GPUBindGroup {
    const { name, layout } = this.stage;
    const { device, groupLayout } = this.compiled;
    return device.createBindGroup({
      label: name,
      layout: groupLayout,
      entries: Object.keys(layout).map((key, binding) => ({ binding, resource: bindings[key] as GPUBindingResource })),
    });
  }
}
