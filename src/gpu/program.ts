// SPDX-License-Identifier: MIT

import { DeviceError } from '../problem/errors.js';
import { type Heard, ScopedDevice } from './scoped-device.js';
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

/** As `shared/grid.wgsl` has them. */
const maxWorkgroups = 65535;
const gridWidth = 4096;

/** Folds a count of workgroups into two dimensions; `shared/invocation.wgsl` unfolds it. */
export function foldedGrid(workgroups: number, blocks = 1): readonly [x: number, y: number, z: number] {
  if (workgroups <= maxWorkgroups) return [Math.max(1, workgroups), 1, blocks];
  return [gridWidth, Math.ceil(workgroups / gridWidth), blocks];
}

/** A shader file with what its entry points bind: all that a pipeline needs but its constants. */
export interface StageDefinition<Layout extends BindingLayout = BindingLayout> {
  /** Stem of the WGSL file. */
  readonly name: string;
  readonly source: string;
  readonly layout: Layout;
}

/** One entry point of one WGSL file with its explicit bind-group layout, as one owner uses it. */
export class Program<Layout extends BindingLayout> {
  constructor(
    private readonly device: ScopedDevice,
    private readonly layout: Layout,
    private readonly compiled: CompiledProgram,
  ) {}

  bind(bindings: Bindings<Layout>): GPUBindGroup {
    const { label, groupLayout } = this.compiled;
    return this.device.createBindGroup({
      label,
      layout: groupLayout,
      entries: Object.keys(this.layout).map((name, binding) => ({
        binding,
        resource: bindings[name] as GPUBindingResource,
      })),
    });
  }

  encode(pass: GPUComputePassEncoder, group: GPUBindGroup, grid: Grid): void {
    pass.setPipeline(this.compiled.pipeline);
    pass.setBindGroup(0, group);
    if ('buffer' in grid) pass.dispatchWorkgroupsIndirect(grid.buffer, grid.offset);
    else pass.dispatchWorkgroups(grid[0], grid[1], grid[2]);
  }
}

/** What is made once a device. */
interface CompiledProgram {
  readonly label: string;
  readonly groupLayout: GPUBindGroupLayout;
  readonly pipeline: GPUComputePipeline;
}

/** What was made of one stage on one device. */
interface CompiledStage {
  readonly groupLayout: GPUBindGroupLayout;
  /** What the device said of it. */
  readonly refusal: Heard<unknown>['error'];
  /** By text: entry points and flags share a module. */
  readonly modules: Map<string, GPUShaderModule>;
  readonly programs: Map<string, Promise<CompiledProgram>>;
}

/** By device and stage. All owners on a device share them: they hold nothing that is anybody's. */
const compiledOn = new WeakMap<GPUDevice, WeakMap<StageDefinition, CompiledStage>>();

function compiledOf(scoped: ScopedDevice, stage: StageDefinition): CompiledStage {
  const { device } = scoped;
  const stages = compiledOn.get(device) ?? new WeakMap<StageDefinition, CompiledStage>();
  compiledOn.set(device, stages);
  let compiled = stages.get(stage);
  if (!compiled) {
    const entries = layoutEntries(stage.layout, computeStage);
    const { result: groupLayout, error: refusal } = scoped.listen(() =>
      device.createBindGroupLayout({ label: stage.name, entries }),
    );
    compiled = { groupLayout, refusal, modules: new Map(), programs: new Map() };
    stages.set(stage, compiled);
  }
  return compiled;
}

/** One owner's programs. Each is compiled once a device: parameters that go back and forth, and further owners, cost no compilation. */
export class ProgramCache {
  readonly device: ScopedDevice;

  constructor(device: GPUDevice | ScopedDevice) {
    this.device = ScopedDevice.of(device);
  }

  /** Throws DeviceError where the device refuses the shader. */
  async get<Layout extends BindingLayout>(
    stage: StageDefinition<Layout>,
    constants: ShaderConstants,
    entryPoint = 'main',
  ): Promise<Program<Layout>> {
    const compiled = compiledOf(this.device, stage);
    const { programs } = compiled;
    const variant = JSON.stringify([entryPoint, constants]);
    let compiling = programs.get(variant);
    if (!compiling) {
      compiling = compile(this.device, stage, compiled, constants, entryPoint);
      programs.set(variant, compiling);
      // A failure is its caller's to hear of; the next call tries again.
      compiling.catch(() => programs.delete(variant));
    }
    return new Program(this.device, stage.layout, await compiling);
  }
}

async function compile(
  scoped: ScopedDevice,
  { name, source }: StageDefinition,
  { groupLayout, refusal: layoutRefusal, modules }: CompiledStage,
  constants: ShaderConstants,
  entryPoint: string,
): Promise<CompiledProgram> {
  const { device } = scoped;
  const label = entryPoint === 'main' ? name : `${name}.${entryPoint}`;
  const code = assembleShader(source, constants);
  const { result, error: refusal } = scoped.listen(() => {
    const module = modules.get(code) ?? device.createShaderModule({ label: name, code });
    modules.set(code, module);
    // What throws at once is no other failure than what rejects.
    const compiling = async () =>
      device.createComputePipelineAsync({
        label,
        layout: device.createPipelineLayout({ label, bindGroupLayouts: [groupLayout] }),
        compute: { module, entryPoint, constants: overridesOf(code, constants) },
      });
    return { module, pipeline: compiling() };
  });
  try {
    return { label, groupLayout, pipeline: await result.pipeline };
  } catch (error) {
    modules.delete(code);
    throw await shaderError(label, result.module, (await layoutRefusal) ?? (await refusal) ?? (error as Error));
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

/** The explicit bind-group layout of a shader, its bindings visible to the stages of `visibility`. Of `names` alone where they are given. */
export function layoutEntries(
  layout: BindingLayout,
  visibility: number,
  names?: readonly string[],
): GPUBindGroupLayoutEntry[] {
  return numberedNames(layout, names).map(({ name, binding }) => ({
    binding,
    visibility,
    ...useEntries[layout[name]],
  }));
}

/** Names with their `@binding` numbers, which do not depend on which of them are wanted. */
export function numberedNames(layout: BindingLayout, names?: readonly string[]): { name: string; binding: number }[] {
  const all = Object.keys(layout).map((name, binding) => ({ name, binding }));
  return names ? all.filter(({ name }) => names.includes(name)) : all;
}

/** What the compiler said, line by line; what the device said where it said nothing. */
export async function shaderError(
  label: string,
  module: GPUShaderModule,
  { message }: { readonly message: string },
): Promise<DeviceError> {
  const info = await module.getCompilationInfo().catch(() => undefined);
  const errors =
    info?.messages
      .filter(({ type }) => type === 'error')
      .map(({ lineNum, message }) => `line ${lineNum}: ${message}`) ?? [];
  return new DeviceError(`${label}: the shader was refused by the device: ${errors.join('; ') || message}`);
}
