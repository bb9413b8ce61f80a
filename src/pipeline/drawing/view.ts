// SPDX-License-Identifier: MIT

import { checkGivenTexture } from '../../gpu/given-objects.js';
import { checkChoice, checkFlag, checkInteger, checkNumber } from '../../problem/checks.js';
import { checkColour, type Rgba } from '../../problem/colours.js';
import { readArray, readOptions, readProperties } from '../../problem/reading.js';
import type { Fit } from './placement.js';

/** How every view lies in its target. */
interface Look {
  /** The whole frame with margins that stay transparent ('contain', default), or the whole target filled ('cover'). */
  fit?: Fit;
  /** Left and right changed, as in a mirror. Default false. */
  mirror?: boolean;
  /** Part of the target's width, from the left, in which the frame is shown as it is: 0 (default) to 1. */
  split?: number;
}

/** Which labels a view keeps, and how their edge is found. */
interface ForegroundLook extends Look {
  /** Labels that are foreground. Default: all but 0. */
  foreground?: readonly number[];
  /** Follow the frame's colours along the edge, and take the background's colour out of it. Default true. */
  refineEdges?: boolean;
}

/** The frame. */
export interface OriginalView extends Look {
  kind: 'original';
}

/** Labels in colour over the frame. */
export interface OverlayView extends Look {
  kind: 'overlay';
  /** Of the colours, 0..1. Default 0.5. A label whose own colour is transparent is not seen. */
  opacity?: number;
  /** Width in target pixels, 0 for none. Default 2. */
  outline?: number;
}

/** Labels in colour, without the frame. */
export interface LabelsView extends Look {
  kind: 'labels';
  /** Width in target pixels. Default 0. */
  outline?: number;
}

/** The probability of the label, from black (1/labelCount) to white (1). */
export interface ConfidenceView extends Look {
  kind: 'confidence';
}

/** The foreground over nothing. */
export interface CutOutView extends ForegroundLook {
  kind: 'cut-out';
}

/** The foreground over one colour. */
export interface ColourView extends ForegroundLook {
  kind: 'colour';
  /** `#rrggbb` or `#rrggbbaa`. */
  colour: string;
}

/** The foreground over a picture that fills the frame. */
export interface ImageView<Image = GPUTexture> extends ForegroundLook {
  kind: 'image';
  /**
   * A texture on the painter's device, with usage TEXTURE_BINDING, 8 bits or floats a channel, straight alpha. A pipeline takes whatever a
   * frame may come as: canvases and videos are read for every picture that is drawn, all else once.
   */
  image: Image;
}

/** The foreground over the blurred background. Nothing of the foreground goes into the blur. */
export interface BlurView extends ForegroundLook {
  kind: 'blur';
  /** Standard deviation of the blur in frame pixels, up to the frame's diagonal. Default: 1/40 of that. */
  sigmaXY?: number;
}

/** What is drawn of a frame and its labels. Each takes `fit`, `mirror` and `split` too. */
export type View<Image = GPUTexture> =
  | OriginalView
  | OverlayView
  | LabelsView
  | ConfidenceView
  | CutOutView
  | ColourView
  | ImageView<Image>
  | BlurView;
/** What tells one view from another. */
export type ViewKind = View['kind'];

export const viewKinds = [
  'original',
  'overlay',
  'labels',
  'confidence',
  'cut-out',
  'colour',
  'image',
  'blur',
] as const satisfies readonly ViewKind[];

/** Fragment entry points of `draw`. */
export type EntryPoint = 'original' | 'overlay' | 'confidence' | 'composite';

/** Fragment entry point of a view. */
export function entryPointOf(kind: ViewKind): EntryPoint {
  if (kind === 'original' || kind === 'confidence') return kind;
  return kind === 'overlay' || kind === 'labels' ? 'overlay' : 'composite';
}

/** What lies behind the foreground; the numbers are the shader's. */
export const behind = { colour: 0, blur: 1, image: 2, nothing: 3, frame: 4 } as const;

/** A view with its defaults filled in. */
export interface ResolvedView<Image = GPUTexture> {
  readonly kind: ViewKind;
  readonly fit: Fit;
  readonly mirror: boolean;
  readonly split: number;
  readonly opacity: number;
  readonly outline: number;
  readonly behind: number;
  readonly colour: Rgba;
  readonly image: Image | undefined;
  /** Null: all but label 0. */
  readonly foreground: readonly number[] | null;
  readonly refineEdges: boolean;
  readonly sigmaXY: number;
}

const lookKeys = ['kind', 'fit', 'mirror', 'split'] as const;
const foregroundKeys = [...lookKeys, 'foreground', 'refineEdges'] as const;
const keys: Record<ViewKind, readonly string[]> = {
  original: lookKeys,
  overlay: [...lookKeys, 'opacity', 'outline'],
  labels: [...lookKeys, 'outline'],
  confidence: lookKeys,
  'cut-out': foregroundKeys,
  colour: [...foregroundKeys, 'colour'],
  image: [...foregroundKeys, 'image'],
  blur: [...foregroundKeys, 'sigmaXY'],
};

const transparent: Rgba = [0, 0, 0, 0];

/** Throws ArgumentError for what is no view. */
export function checkViewKind(view: unknown): ViewKind {
  return checkChoice('view.kind', readProperties('view', view, ['kind']).kind, viewKinds);
}

/** Throws ArgumentError unless `view` can be drawn of a frame of this size with these labels. */
export function checkView(
  view: unknown,
  frame: { width: number; height: number },
  labelCount: number | undefined,
): ResolvedView {
  return checkViewWith(view, frame, labelCount, (image) => checkGivenTexture('view.image', image));
}

/** The same with another kind of background image. */
export function checkViewWith<Image>(
  view: unknown,
  frame: { width: number; height: number },
  labelCount: number | undefined,
  checkImage: (image: unknown) => Image,
): ResolvedView<Image> {
  const kind = checkViewKind(view);
  const given = readOptions('view', view, keys[kind]);
  const diagonal = Math.hypot(frame.width, frame.height);
  const { fit = 'contain', mirror = false, split = 0, opacity = 0.5, outline = kind === 'overlay' ? 2 : 0 } = given;
  const { refineEdges = true, sigmaXY = diagonal / 40 } = given;
  return {
    kind,
    fit: checkChoice('view.fit', fit, ['contain', 'cover'] as const),
    mirror: checkFlag('view.mirror', mirror),
    split: checkNumber('view.split', split, { from: 0, to: 1 }),
    opacity: kind === 'labels' ? 1 : checkNumber('view.opacity', opacity, { from: 0, to: 1 }),
    outline: checkNumber('view.outline', outline, { from: 0, to: 1000 }),
    behind: behindOf(kind),
    colour: kind === 'colour' ? checkColour('view.colour', given.colour) : transparent,
    image: kind === 'image' ? checkImage(given.image) : undefined,
    foreground: given.foreground === undefined ? null : checkLabels('view.foreground', given.foreground, labelCount),
    refineEdges: checkFlag('view.refineEdges', refineEdges),
    sigmaXY: checkNumber('view.sigmaXY', sigmaXY, { above: 0, to: diagonal, float32: true }),
  };
}

function behindOf(kind: ViewKind): number {
  switch (kind) {
    case 'colour':
      return behind.colour;
    case 'blur':
      return behind.blur;
    case 'image':
      return behind.image;
    case 'cut-out':
    case 'labels':
      return behind.nothing;
    default:
      return behind.frame;
  }
}

function checkLabels(argument: string, value: unknown, labelCount: number | undefined): readonly number[] {
  return readArray(argument, value).map((label, i) =>
    checkInteger(`${argument}[${i}]`, label, 0, (labelCount ?? 2 ** 32) - 1),
  );
}
