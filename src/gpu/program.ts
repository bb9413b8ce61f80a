// SPDX-License-Identifier: MIT

import { DeviceError } from '../problem/errors.js';
import { assembleShader, type ShaderConstants } from './shader.js';

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
export function foldedGrid(workgroups: number, blocks = 1): Grid {
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
  private constructor(
    private readonly device: GPUDevice,
    readonly label: string,
    private readonly layout: Layout,
    private readonly groupLayout: GPUBindGroupLayout,
    readonly pipeline: GPUComputePipeline,
  ) {}

  static async create<Layout extends BindingLayout>(
    device: GPUDevice,
    { name, source, layout }: StageDefinition<Layout>,
    constants: ShaderConstants,
    entryPoint = 'main',
  ): Promise<Program<Layout>> {
    const label = entryPoint === 'main' ? name : `${name}.${entryPoint}`;
    const groupLayout = device.createBindGroupLayout({
      label,
      entries: layoutEntries(layout, computeStage),
    });
    const module = device.createShaderModule({ label, code: assembleShader(source, constants) });
    try {
      const pipeline = await device.createComputePipelineAsync({
        label,
        layout: device.createPipelineLayout({ label, bindGroupLayouts: [groupLayout] }),
        compute: { module, entryPoint },
      });
      return new Program(device, label, layout, groupLayout, pipeline);
    } catch (error) {
      throw new DeviceError(
        `${label}: the shader was refused by the device: ${await compilationMessages(module, error)}`,
      );
    }
  }

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

/** Compiles each program once: parameters that go back and forth cost no compilation. */
export class ProgramCache {
  private readonly programs = new Map<string, Promise<Program<BindingLayout>>>();

  constructor(readonly device: GPUDevice) {}

  get<Layout extends BindingLayout>(
    stage: StageDefinition<Layout>,
    constants: ShaderConstants,
    entryPoint = 'main',
  ): Promise<Program<Layout>> {
    const key = `${stage.name}.${entryPoint} ${JSON.stringify(constants)}`;
    let program = this.programs.get(key);
    if (!program) {
      program = Program.create(this.device, stage, constants, entryPoint) as unknown as Promise<Program<BindingLayout>>;
      this.programs.set(key, program);
      // A failure is its caller's to hear of; the next call tries again.
      program.catch(() => this.programs.delete(key));
    }
    return program as unknown as Promise<Program<Layout>>;
  }
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
