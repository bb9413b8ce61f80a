// SPDX-License-Identifier: MIT

import { tuningFor } from '../../engine/plan/tuning.js';
import { isSoftware } from '../../gpu/adapter.js';
import { BufferSet } from '../../gpu/buffers.js';
import { DeviceCalls } from '../../gpu/device-calls.js';
import { type GivenObject, GivenObjects, textureUsage } from '../../gpu/given-objects.js';
import { ProgramCache } from '../../gpu/program.js';
import { RenderModule, type RenderProgram } from '../../gpu/render-program.js';
import type { Heard } from '../../gpu/scoped-device.js';
import { checkChoice, checkInteger } from '../../problem/checks.js';
import { checkColours, type Rgba } from '../../problem/colours.js';
import { ArgumentError, DeviceError } from '../../problem/errors.js';
import { checkDevice, hasMethods } from '../../problem/platform-objects.js';
import { readArray, readOptions, readProperties } from '../../problem/reading.js';
import type { RgbaImage } from '../../problem/types.js';
import { vocColours } from '../../problem/voc-colours.js';
import { draw } from '../../stages/pipeline/draw.js';
import { Words } from '../gpu-values/words.js';
import { BackgroundBlur } from './background-blur.js';
import { ContourLayer } from './contour-layer.js';
import { readTexture } from './export.js';
import { ForegroundLayer } from './foreground-layer.js';
import { type Placement, placeFrame, tapsFor } from './placement.js';
import { checkSources, type DrawingContext, objectsOf, type PainterSources } from './sources.js';
import {
  checkFormat,
  objectsOfTarget,
  openTarget,
  type PaintTarget,
  preferredFormat,
  type ViewTarget,
} from './target.js';
import {
  behind,
  checkView,
  type EntryPoint,
  entryPointOf,
  type ResolvedView,
  type View,
  type ViewKind,
  viewKinds,
} from './view.js';

/** What `Painter.prepare` takes. */
export interface PainterOptions {
  /** What is drawn. */
  sources: PainterSources;
  /** What `encode` may be asked for. Default: 'original'. Kinds of earlier calls stay prepared. */
  views?: readonly ViewKind[];
  /** Of the targets. Default: the browser's preferred canvas format. Formats of earlier calls stay prepared. */
  formats?: readonly GPUTextureFormat[];
  /** `#rrggbb` or `#rrggbbaa` a label. Default: the Pascal VOC colour map, as opaque as it is. */
  colours?: readonly string[];
}

/** Words of the shader's `Picture`. */
const pictureWords = 28;

/** Working pixels: what contours are smoothed by lies within. */
const leastReach = 3;

/** Made for the first view that needs them. */
interface Layers {
  foreground?: ForegroundLayer;
  blur?: BackgroundBlur;
  contours?: ContourLayer;
}

/** What depends on sources: made anew when these change. */
interface Scene {
  readonly sources: PainterSources;
  /** Absent where the sources have no labels. */
  readonly context: DrawingContext | undefined;
  layers: Layers;
  /** By background image, `noImage` for views without, and entry point. Forgotten when a layer is added. */
  groups: WeakMap<GPUTexture, Map<EntryPoint, GPUBindGroup>>;
}

/**
 * Draws a frame and its labels into a canvas, without reading anything back.
 *
 * ```ts
 * const painter = new Painter(device);
 * await painter.prepare({ sources: { frame, labels }, views: ['blur'], formats: [configureCanvas(context, device)] });
 * painter.encode(encoder, { kind: 'blur', sigmaXY: 12 }, context);
 * device.queue.submit([encoder.finish()]);
 * ```
 *
 * `prepare` compiles and creates; `encode` creates a view of its target and, once an image, a bind group for it; other settings of a view
 * are uniforms. One painter draws one picture a submit: what it draws with is written when it is encoded.
 */
export class Painter {
  private readonly calls: DeviceCalls;
  private readonly programs: ProgramCache;
  private readonly workgroupSize: number;
  private readonly buffers: BufferSet;
  private readonly given: GivenObjects;
  private readonly picture: Words;
  private readonly unused: GPUBuffer;
  private readonly noImage: GPUTexture;
  private readonly prepared = new Map<string, RenderProgram>();
  private readonly preparedKinds = new Set<ViewKind>();
  private module: RenderModule<typeof draw.layout> | undefined;
  private colours: Words | undefined;
  private colourCount = 0;
  private scene: Scene | undefined;
  /** What the device says of the last `draw`. */
  private drawn: Heard<void>['error'] = Promise.resolve(undefined);

  /** The device stays its owner's. Throws ArgumentError for what is none. */
  constructor(
    /** The device to draw on; it stays its owner's. */
    readonly device: GPUDevice,
  ) {
    if (!checkDevice('device', device)) throw new ArgumentError('device', device, 'a GPUDevice');
    this.calls = new DeviceCalls({ device, name: 'Painter' });
    const { device: scoped } = this.calls;
    this.programs = new ProgramCache(scoped);
    this.workgroupSize = tuningFor(isSoftware(device.adapterInfo)).workgroupSize;
    this.buffers = new BufferSet(scoped);
    this.given = new GivenObjects(scoped, this.buffers);
    this.picture = new Words(scoped, this.buffers.uniform('Painter.picture', pictureWords), pictureWords);
    this.unused = this.buffers.storage('Painter.unused', 256);
    const usage = textureUsage.textureBinding;
    this.noImage = scoped.createTexture({ label: 'Painter.noImage', size: [1, 1], format: 'rgba8unorm', usage });
  }

  /** Bytes of GPU memory held. */
  get bytes(): number {
    const { foreground, blur, contours } = this.scene?.layers ?? {};
    return this.buffers.bytes + (foreground?.bytes ?? 0) + (blur?.bytes ?? 0) + (contours?.bytes ?? 0);
  }

  /**
   * Compiles and creates what is not there yet. Calls take turns. Throws ArgumentError for sources, kinds, formats or colours that can't be,
   * DeviceError where the device refuses; what was prepared before then stays as it was.
   */
  prepare(options: PainterOptions): Promise<void> {
    return this.calls.take(async () => {
      const given = readOptions('options', options, ['sources', 'views', 'formats', 'colours']);
      const { views = ['original'] } = given;
      const sources = checkSources(given.sources);
      const kinds = readArray('views', views).map((kind, i) => checkChoice(`views[${i}]`, kind, viewKinds));
      const needsLabels = kinds.find((kind) => kind !== 'original');
      if (needsLabels && !sources.labels) {
        throw new ArgumentError('sources.labels', undefined, `labels: the view '${needsLabels}' shows them`);
      }
      const colours = sources.labels && this.checkedColours(given.colours, sources.labels.labelCount);
      const formats =
        given.formats === undefined
          ? [preferredFormat()]
          : readArray('formats', given.formats).map((format, i) => checkFormat(`formats[${i}]`, format));
      const scene = this.sceneFor(sources);
      if (scene === this.scene && this.has(kinds, formats)) {
        if (colours) this.writeColours(colours);
        return;
      }
      if (scene !== this.scene) await this.given.check(objectsOf(sources));
      const before = scene.layers;
      try {
        await this.compile(kinds, formats);
        await this.addLayers(scene, kinds);
        await this.calls.accepted('what these views need');
        this.calls.checkUsable();
      } catch (error) {
        destroyLayers(scene.layers, before);
        scene.layers = before;
        throw error;
      }
      this.adopt(scene, kinds, colours);
    });
  }

  /** Colours by label, from the next `encode` on. Throws ArgumentError. */
  setColours(colours: readonly string[]): void {
    const { labels } = this.currentScene().sources;
    if (!labels) throw new ArgumentError('colours', colours, 'labels among the sources');
    this.writeColours(checkColours('colours', colours, labels.labelCount));
  }

  /**
   * Encodes what draws the view into all of the target. Throws ArgumentError for a view or target that can't be, or that is not
   * prepared, before anything is encoded. Whether the device can use it all it says where you submit; `draw` asks it.
   */
  encode(encoder: GPUCommandEncoder, view: View, target: PaintTarget): void {
    const scene = this.currentScene();
    if (!hasMethods('encoder', encoder, 'beginRenderPass', 'beginComputePass')) {
      throw new ArgumentError('encoder', encoder, 'a GPUCommandEncoder');
    }
    const resolved = this.checkPreparedView(scene, view);
    const opened = this.calls.device.around(() => openTarget(target, this.device));
    const program = this.prepared.get(`${entryPointOf(resolved.kind)} ${opened.format}`);
    if (!program) {
      const formats = [...new Set([...this.prepared.keys()].map((key) => `'${key.split(' ')[1]}'`))];
      throw new ArgumentError('target.format', opened.format, `a prepared format: ${formats.join(', ')}`);
    }
    this.calls.device.around(() => this.encodeView(encoder, scene, resolved, opened, program, 'premultiplied'));
  }

  /**
   * As `encode`, and submits it. Throws ArgumentError also for an image, a texture or a source of another device or destroyed, DeviceError where
   * the device refuses anything else. Of a canvas the device's answer is not waited for: the next call tells it.
   */
  draw(view: View, target: PaintTarget): Promise<void> {
    return this.calls.take(async () => {
      const scene = this.currentScene();
      const ofCall = [...objectsOfView(this.checkPreparedView(scene, view)), ...objectsOfTarget(target)];
      await this.given.using([...objectsOf(scene.sources), ...ofCall], async () => {
        await this.checkDrawn();
        const { device } = this.calls;
        const submit = () => device.submit('Painter', (encoder) => this.encode(encoder, view, target));
        this.drawn = device.listen(submit).error;
        if (ofCall.length > 0) await this.checkDrawn();
      });
    });
  }

  /**
   * The view as bytes with straight alpha, at the frame's size unless another is given: for files. Draws into a texture of its own, waits
   * for the GPU and reads back. Prepares what it needs.
   */
  async exportImage(view: View, size?: { width: number; height: number }): Promise<RgbaImage> {
    const { sources } = this.currentScene();
    const { frame, labels } = sources;
    const resolved = checkView(view, frame, labels?.labelCount);
    const { kind } = resolved;
    const given = readProperties('size', size === undefined ? frame : size, ['width', 'height']);
    const width = checkInteger('size.width', given.width, 1, 65536);
    const height = checkInteger('size.height', given.height, 1, 65536);
    const format = 'rgba8unorm';
    await this.prepare({ sources, views: [kind], formats: [format] });
    const draw = (encoder: GPUCommandEncoder, target: ViewTarget) => {
      const scene = this.currentScene();
      const program = this.prepared.get(`${entryPointOf(kind)} ${format}`) as RenderProgram;
      this.encodeView(encoder, scene, this.checkPreparedView(scene, view), target, program, 'straight');
    };
    const { device } = this.calls;
    const objects = [...objectsOf(sources), ...objectsOfView(resolved)];
    return this.calls.take(() => this.given.using(objects, () => readTexture(device, { width, height, format }, draw)));
  }

  /** Gives up everything that was made on the device. */
  destroy(): void {
    this.calls.end();
    if (this.scene) destroyLayers(this.scene.layers);
    this.scene = undefined;
    this.buffers.destroy();
    this.noImage.destroy();
  }

  /** Throws DeviceError if the last `draw` was refused, once. */
  private async checkDrawn(): Promise<void> {
    const { drawn } = this;
    this.drawn = Promise.resolve(undefined);
    const error = await drawn;
    if (error) throw new DeviceError(`the GPU refused what draws a view: ${error.message}`);
  }

  private currentScene(): Scene {
    this.calls.checkUsable();
    if (!this.scene) throw new ArgumentError('sources', undefined, 'a call of prepare before');
    return this.scene;
  }

  private has(kinds: readonly ViewKind[], formats: readonly GPUTextureFormat[]): boolean {
    return (
      kinds.every((kind) => this.preparedKinds.has(kind)) &&
      formats.every((format) => this.prepared.has(`original ${format}`))
    );
  }

  private checkedColours(given: unknown, labelCount: number): Rgba[] | undefined {
    if (given !== undefined) return checkColours('colours', given, labelCount);
    // Colours that were set stay, unless there are not enough.
    if (this.colourCount >= labelCount) return undefined;
    return checkColours('colours', vocColours(labelCount), labelCount);
  }

  private async compile(kinds: readonly ViewKind[], formats: readonly GPUTextureFormat[]): Promise<void> {
    this.module ??= new RenderModule(this.calls.device, draw);
    const { module } = this;
    const allKinds = new Set([...this.preparedKinds, ...kinds, 'original' as const]);
    const entryPoints = new Set([...allKinds].map(entryPointOf));
    const allFormats = new Set([...[...this.prepared.keys()].map((key) => key.split(' ')[1]), ...formats]);
    const pairs = [...entryPoints].flatMap((entry) => [...allFormats].map((format) => [entry, format] as const));
    const programs = await Promise.all(pairs.map(([entry, format]) => module.get(entry, format as GPUTextureFormat)));
    for (const [i, [entry, format]] of pairs.entries()) this.prepared.set(`${entry} ${format}`, programs[i]);
  }

  /** The scene there is, where it has these sources. */
  private sceneFor(sources: PainterSources): Scene {
    const { scene, programs, workgroupSize } = this;
    const { device } = this.calls;
    if (scene && hasSources(scene, sources)) return scene;
    const { frame, labels } = sources;
    const context = labels && { device, programs, workgroupSize, frame, labels: { ...labels } };
    return {
      sources: labels ? { frame, labels: { ...labels } } : { frame },
      context,
      layers: {},
      groups: new WeakMap(),
    };
  }

  private async addLayers(scene: Scene, kinds: readonly ViewKind[]): Promise<void> {
    const { context } = scene;
    if (!context) return;
    const all = [...kinds, ...(scene === this.scene ? [] : this.preparedKinds)];
    const composites = all.some((kind) => entryPointOf(kind) === 'composite');
    const outlines = all.some((kind) => entryPointOf(kind) === 'overlay');
    // Made one after the other: those before a failure must be known to be destroyed.
    if (composites && !scene.layers.foreground) {
      scene.layers = { ...scene.layers, foreground: new ForegroundLayer(context) };
    }
    if (all.includes('blur') && !scene.layers.blur && scene.layers.foreground) {
      scene.layers = { ...scene.layers, blur: new BackgroundBlur(context, scene.layers.foreground) };
    }
    if (outlines && !scene.layers.contours) {
      scene.layers = { ...scene.layers, contours: new ContourLayer(context) };
    }
    const { foreground, blur, contours } = scene.layers;
    await Promise.all([foreground?.prepare(), blur?.prepare(), contours?.prepare()]);
    scene.groups = new WeakMap();
  }

  private adopt(scene: Scene, kinds: readonly ViewKind[], colours: Rgba[] | undefined): void {
    if (this.scene && this.scene !== scene) destroyLayers(this.scene.layers);
    this.scene = scene;
    for (const kind of kinds) this.preparedKinds.add(kind);
    this.preparedKinds.add('original');
    if (colours) this.writeColours(colours);
    for (const kind of this.preparedKinds) this.groupFor(scene, entryPointOf(kind), this.noImage);
  }

  private writeColours(colours: readonly Rgba[]): void {
    const count = 4 * colours.length;
    if (!this.colours || this.colours.f32.length !== count) {
      this.buffers.release(this.colours?.buffer);
      this.colours = new Words(this.calls.device, this.buffers.storage('Painter.colours', count * 4), count);
      if (this.scene) this.scene.groups = new WeakMap();
    }
    this.colours.f32.set(colours.flat());
    this.colours.flush();
    this.colourCount = colours.length;
  }

  private checkPreparedView(scene: Scene, view: View): ResolvedView {
    const { frame, labels } = scene.sources;
    const resolved = checkView(view, frame, labels?.labelCount);
    if (this.preparedKinds.has(resolved.kind) && (labels || resolved.kind === 'original')) return resolved;
    const kinds = labels ? [...this.preparedKinds] : ['original'];
    throw new ArgumentError('view.kind', resolved.kind, `a prepared view: ${kinds.join(', ')}`);
  }

  private groupFor(scene: Scene, entry: EntryPoint, image: GPUTexture): GPUBindGroup {
    const ofImage = scene.groups.get(image) ?? new Map<EntryPoint, GPUBindGroup>();
    scene.groups.set(image, ofImage);
    const group = ofImage.get(entry) ?? this.bound(scene, entry, image);
    ofImage.set(entry, group);
    return group;
  }

  private bound({ sources, layers }: Scene, entry: EntryPoint, image: GPUTexture): GPUBindGroup {
    const { frame, labels } = sources;
    const module = this.module as RenderModule<typeof draw.layout>;
    const unused = this.unused;
    return module.bind(entry, {
      picture: { buffer: this.picture.buffer },
      frame: frame.createView(),
      image: image.createView(),
      foreground: { buffer: layers.foreground?.layer ?? unused },
      background: { buffer: layers.blur?.blurred ?? unused },
      contours: { buffer: layers.contours?.nearest ?? unused },
      colours: { buffer: this.colours?.buffer ?? unused },
      labelMap: { buffer: labels?.labelMap ?? unused },
      marginals: { buffer: labels?.marginals ?? unused },
    });
  }

  private encodeView(
    encoder: GPUCommandEncoder,
    scene: Scene,
    view: ResolvedView,
    target: ViewTarget,
    program: RenderProgram,
    alpha: 'premultiplied' | 'straight',
  ): void {
    const placement = placeFrame(scene.sources.frame, target, view.fit, view.mirror);
    this.writePicture(scene, view, target, placement);
    this.picture.u32[14] = Number(alpha === 'straight');
    this.encodeLayers(encoder, scene, view);
    this.picture.flush();
    const pass = encoder.beginRenderPass({
      label: 'Painter',
      colorAttachments: [{ view: target.view, loadOp: 'clear', storeOp: 'store', clearValue: [0, 0, 0, 0] }],
    });
    program.encode(pass, this.groupFor(scene, entryPointOf(view.kind), view.image ?? this.noImage));
    pass.end();
  }

  /** Computes what the view is drawn from, and writes its size. */
  private encodeLayers(encoder: GPUCommandEncoder, scene: Scene, view: ResolvedView): void {
    const entry = entryPointOf(view.kind);
    if (entry !== 'overlay' && entry !== 'composite') return;
    const pass = encoder.beginComputePass({ label: 'Painter' });
    if (entry === 'overlay') {
      const [outline, magnification] = [this.picture.f32[17], this.picture.f32[18]];
      scene.layers.contours?.encode(pass, leastReach + Math.ceil((outline + 1) / magnification));
    } else {
      scene.layers.foreground?.encode(pass, view.foreground, view.refineEdges);
      if (view.kind === 'blur' && scene.layers.blur) {
        const { width, height, scale } = scene.layers.blur.encode(pass, view.sigmaXY);
        this.picture.u32[19] = width;
        this.picture.u32[20] = height;
        this.picture.f32[21] = scale;
      }
    }
    pass.end();
  }

  /** In the order of the shader's `Picture`. */
  private writePicture({ sources }: Scene, view: ResolvedView, target: ViewTarget, placement: Placement): void {
    const { frame, labels } = sources;
    const { f32, u32 } = this.picture;
    const { offsetX, offsetY, stepX, stepY } = placement;
    const image = view.image ?? frame;
    // The image fills the frame: its pixels a frame pixel.
    const imageStep = Math.min(image.width / frame.width, image.height / frame.height);
    const width = labels?.width ?? frame.width;
    const height = labels?.height ?? frame.height;
    f32.set([frame.width, frame.height, width, height, offsetX, offsetY, stepX, stepY], 0);
    f32[8] = (image.width - imageStep * frame.width) / 2;
    f32[9] = (image.height - imageStep * frame.height) / 2;
    f32[10] = imageStep;
    u32[11] = tapsFor(stepY);
    u32[12] = tapsFor(stepY * imageStep);
    u32[13] = labels?.labelCount ?? 1;
    f32[15] = view.split * target.width;
    f32[16] = view.opacity;
    f32[17] = view.outline / 2;
    f32[18] = Math.sqrt((frame.width / width) * (frame.height / height)) / stepY;
    u32[22] = view.behind;
    const [red, green, blue, opacity] = view.behind === behind.colour ? view.colour : [0, 0, 0, 0];
    f32.set([red * opacity, green * opacity, blue * opacity, opacity], 24);
  }
}

function objectsOfView({ image }: ResolvedView): GivenObject[] {
  return image ? [{ argument: 'view.image', value: image }] : [];
}

function hasSources({ sources }: Scene, { frame, labels }: PainterSources): boolean {
  if (sources.frame !== frame) return false;
  const old = sources.labels;
  if (!old || !labels) return !old && !labels;
  return (
    old.labelMap === labels.labelMap &&
    old.marginals === labels.marginals &&
    old.width === labels.width &&
    old.height === labels.height &&
    old.labelCount === labels.labelCount
  );
}

/** All but those of `kept`. */
function destroyLayers(layers: Layers, kept: Layers = {}): void {
  if (layers.foreground !== kept.foreground) layers.foreground?.destroy();
  if (layers.blur !== kept.blur) layers.blur?.destroy();
  if (layers.contours !== kept.contours) layers.contours?.destroy();
}
