// SPDX-License-Identifier: MIT

import { DeviceError } from '../problem/errors.js';
import { assembleShader, overridesOf, type ShaderConstants } from './shader.js';

/**
 * How a shader uses a binding. The order in a layout is the order of `@binding` numbers.
 * 'rgba8-target' is a `texture_storage_2d<rgba8unorm, write>`.
 */
export type BindingUse = 'uniform' | 'read' | 'write' | 'texture' | 'external-texture' | 'sampler' | 'rgba8-target';
export type BindingLayout = Readonly<Record<string, BindingUse>>;
export type Bindings<Layout extends BindingLayout> = { readonly [Name in keyof Layout]: GPUBindingResource };

/** Workgroups of a dispatch, or where in an indirect buffer they stand. */
export type Grid = readonly [x: number, y: number, z: number] | { readonly buffer: GPUBuffer; readonly offset: number };

const maxWorkgroupsPerDimension = 65535;

/** Folds a count of workgroups into two dimensions; `shared/invocation.wgsl` unfolds it. */
export function foldedGrid(workgroups: number, blocks = 1): readonly [x: number, y: number, z: number] {
  const rows = Math.max(1, Math.ceil(workgroups / maxWorkgroupsPerDimension));
  return [Math.max(1, Math.ceil(workgroups / rows)), rows, blocks];
}

/** A shader file with what its entry points bind: all that a pipeline needs but its constants. */
export interface StageDefinition<Layout extends BindingLayout = BindingLayout> {
  /** Stem of the WGSL file. */
  readonly name: string;
  readonly source: string;
  readonly layout: Layout;
}

/** One entry point of one WGSL file with its explicit bind-group layout. */
export class Program<Layout extends BindingLayout> {
  constructor(
    private readonly device: GPUDevice,
    readonly label: string,
    private readonly layout: Layout,
    private readonly groupLayout: GPUBindGroupLayout,
    readonly pipeline: GPUComputePipeline,
  ) {}

  bind(bindings: Bindings<Layout>): GPUBindGroup {
    return this.device.createBindGroup({
      label: this.label,
      layout: this.groupLayout,
      entries: Object.keys(this.layout).map((name, binding) => ({
        binding,
        resource: bindings[name] as GPUBindingResource,
      })),
    });
  }

  encode(pass: GPUComputePassEncoder, group: GPUBindGroup, grid: Grid): void {
    pass.setPipeline(this.pipeline);
    pass.setBindGroup(0, group);
    if ('buffer' in grid) pass.dispatchWorkgroupsIndirect(grid.buffer, grid.offset);
    else pass.dispatchWorkgroups(grid[0], grid[1], grid[2]);
  }
}

/**
 * The programs of one device, each compiled once: sizes and parameters that go back and forth cost no compilation, and entry points and
 * flags of one text share its module. `programsOf` gives the one cache that everything on a device shares.
 */
export class ProgramCache {
  private readonly programs = new Map<StageDefinition, Map<string, Promise<Program<BindingLayout>>>>();
  private readonly modules = new Map<string, GPUShaderModule>();
  private readonly groupLayouts = new Map<StageDefinition, GPUBindGroupLayout>();

  constructor(readonly device: GPUDevice) {}

  /** Throws DeviceError if the device refuses the shader; the next call tries again. */
  get<Layout extends BindingLayout>(
    stage: StageDefinition<Layout>,
    constants: ShaderConstants,
    entryPoint = 'main',
  ): Promise<Program<Layout>> {
    let variants = this.programs.get(stage);
    if (!variants) {
      variants = new Map();
      this.programs.set(stage, variants);
    }
    const variant = JSON.stringify([entryPoint, constants]);
    let program = variants.get(variant);
    if (!program) {
      program = this.compile(stage, constants, entryPoint);
      variants.set(variant, program);
      program.catch(() => variants.delete(variant));
    }
    return program as unknown as Promise<Program<Layout>>;
  }

  private async compile(
    stage: StageDefinition,
    constants: ShaderConstants,
    entryPoint: string,
  ): Promise<Program<BindingLayout>> {
    const { device } = this;
    const label = entryPoint === 'main' ? stage.name : `${stage.name}.${entryPoint}`;
    const code = assembleShader(stage.source, constants);
    const module = this.moduleOf(stage.name, code);
    const groupLayout = this.groupLayoutOf(stage);
    try {
      const pipeline = await device.createComputePipelineAsync({
        label,
        layout: device.createPipelineLayout({ label, bindGroupLayouts: [groupLayout] }),
        compute: { module, entryPoint, constants: overridesOf(code, constants) },
      });
      return new Program(device, label, stage.layout, groupLayout, pipeline);
    } catch (error) {
      throw new DeviceError(
        `${label}: the shader was refused by the device: ${await compilationMessages(module, error)}`,
      );
    }
  }

  private moduleOf(label: string, code: string): GPUShaderModule {
    let module = this.modules.get(code);
    if (!module) {
      module = this.device.createShaderModule({ label, code });
      this.modules.set(code, module);
    }
    return module;
  }

  private groupLayoutOf(stage: StageDefinition): GPUBindGroupLayout {
    let layout = this.groupLayouts.get(stage);
    if (!layout) {
      layout = this.device.createBindGroupLayout({
        label: stage.name,
        entries: layoutEntries(stage.layout, computeStage),
      });
      this.groupLayouts.set(stage, layout);
    }
    return layout;
  }
}

const caches = new WeakMap<GPUDevice, ProgramCache>();

/** The cache of a device. */
export function programsOf(device: GPUDevice): ProgramCache {
  let cache = caches.get(device);
  if (!cache) {
    cache = new ProgramCache(device);
    caches.set(device, cache);
  }
  return cache;
}

/** GPUShaderStage.COMPUTE, a global that Node lacks. */
const computeStage = 4;

/** What a bind-group layout says of each use. */
const useEntries: Readonly<Record<BindingUse, Omit<GPUBindGroupLayoutEntry, 'binding' | 'visibility'>>> = {
  uniform: { buffer: { type: 'uniform' } },
  read: { buffer: { type: 'read-only-storage' } },
  write: { buffer: { type: 'storage' } },
  texture: { texture: { sampleType: 'unfilterable-float' } },
  'external-texture': { externalTexture: {} },
  sampler: { sampler: { type: 'filtering' } },
  'rgba8-target': { storageTexture: { access: 'write-only', format: 'rgba8unorm' } },
};

/** The explicit bind-group layout of a shader, its bindings visible to the stages of `visibility`. */
export function layoutEntries(layout: BindingLayout, visibility: number): GPUBindGroupLayoutEntry[] {
  return Object.values(layout).map((use, binding) => ({ binding, visibility, ...useEntries[use] }));
}

/** What the compiler said, line by line; `error` where it said nothing. */
export async function compilationMessages(module: GPUShaderModule, error: unknown): Promise<string> {
  const info = await module.getCompilationInfo().catch(() => undefined);
  const messages =
    info?.messages
      .filter((message) => message.type === 'error')
      .map((message) => `line ${message.lineNum}: ${message.message}`) ?? [];
  return messages.length > 0 ? messages.join('; ') : String(error);
}
