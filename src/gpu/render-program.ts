// SPDX-License-Identifier: MIT

import {
  type BindingLayout,
  type Bindings,
  layoutEntries,
  numberedNames,
  type StageDefinition,
  shaderError,
} from './program.js';
import { type Heard, ScopedDevice } from './scoped-device.js';
import { assembleShader, overridesOf, type ShaderConstants } from './shader.js';

/** GPUShaderStage.FRAGMENT, a global that Node lacks. */
const fragmentStage = 2;

/** A shader file with fragment entry points. */
export interface RenderStage<Layout extends BindingLayout = BindingLayout> extends StageDefinition<Layout> {
  /** What each entry point binds. Without it all share one bind group: a device need offer no more than four storage buffers to it. */
  readonly entries?: Readonly<Record<string, readonly (keyof Layout & string)[]>>;
}

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
    { device, module, overrides, refusal }: CompiledModule,
    groupLayout: GPUBindGroupLayout,
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
  /** By entry point; one under '' where all bind the same. */
  readonly groupLayouts: ReadonlyMap<string, GPUBindGroupLayout>;
  readonly module: GPUShaderModule;
  readonly overrides: Record<string, number>;
  /** What the device said of them. */
  readonly refusal: Heard<unknown>['error'];
}

/** One shader file on one device. */
export class RenderModule<Layout extends BindingLayout> {
  private readonly compiled: CompiledModule;
  private readonly programs = new Map<string, Promise<RenderProgram>>();

  constructor(
    device: GPUDevice | ScopedDevice,
    private readonly stage: RenderStage<Layout>,
    constants: ShaderConstants = {},
  ) {
    const scoped = ScopedDevice.of(device);
    const label = stage.name;
    const code = assembleShader(stage.source, constants);
    const { result, error: refusal } = scoped.listen(() => ({
      groupLayouts: new Map(
        Object.keys(stage.entries ?? { '': [] }).map((entry) => {
          const entries = layoutEntries(stage.layout, fragmentStage, stage.entries?.[entry]);
          return [entry, scoped.device.createBindGroupLayout({ label, entries })];
        }),
      ),
      module: scoped.device.createShaderModule({ label, code }),
    }));
    this.compiled = { device: scoped, ...result, overrides: overridesOf(code, constants), refusal };
  }

  /** Compiles each entry point once for each format of a target. */
  get(entryPoint: string, format: GPUTextureFormat): Promise<RenderProgram> {
    const key = `${entryPoint} ${format}`;
    let program = this.programs.get(key);
    if (!program) {
      program = RenderProgram.create(this.compiled, this.groupLayout(entryPoint), this.stage.name, entryPoint, format);
      this.programs.set(key, program);
      // A failure is its caller's to hear of; the next call tries again.
      program.catch(() => this.programs.delete(key));
    }
    return program;
  }

  /** For an entry point, of all that the shader knows what this one binds; for all of them where they bind the same. */
  bind(entryPoint: string, bindings: Bindings<Layout>): GPUBindGroup {
    const { name, layout, entries } = this.stage;
    return this.compiled.device.createBindGroup({
      label: name,
      layout: this.groupLayout(entryPoint),
      entries: numberedNames(layout, entries?.[entryPoint]).map(({ name: key, binding }) => ({
        binding,
        resource: bindings[key] as GPUBindingResource,
      })),
    });
  }

  private groupLayout(entryPoint: string): GPUBindGroupLayout {
    const { groupLayouts } = this.compiled;
    const layout = groupLayouts.get(this.stage.entries ? entryPoint : '');
    if (!layout) throw new Error(`${this.stage.name} does not say what ${entryPoint} binds`);
    return layout;
  }
}
