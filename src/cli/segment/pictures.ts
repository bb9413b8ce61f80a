// SPDX-License-Identifier: MIT

import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Prompts } from '../../pipeline/index.js';
import { fileStamp } from '../batch/atomic-file.js';
import { byCodeUnits, isFile, listItems } from '../batch/items.js';
import { about, Failure } from '../failure.js';
import { defaultMaximumPixels, type Photograph, readPhotograph } from '../files/image.js';
import { readLabelPlane } from '../inputs/label-plane.js';
import { describeValues, listValues, type ValueCounts } from '../inputs/values.js';
import type { SegmentRequest } from './options.js';

const endings = ['.png', '.jpg', '.jpeg', '.webp'];

/** That a network of prompts tells apart. */
const MOST_LABELS = 16;

/** A picture with what is marked on it. */
export interface Picture {
  photograph: Photograph;
  prompts?: Prompts;
}

/** The pictures of a command line, by name. Only names are held. */
export class Pictures {
  private constructor(
    private readonly request: SegmentRequest,
    /** Files by name, sorted. */
    private readonly files: ReadonlyMap<string, string>,
    /** PNGs of strokes by name; undefined where there are no strokes. */
    private readonly strokes: ReadonlyMap<string, string> | undefined,
  ) {}

  /** Throws Failure for sources without a picture, for two of one name, and for pictures without their strokes. */
  static async open(request: SegmentRequest): Promise<Pictures> {
    const files = new Map<string, string>();
    for (const source of request.sources) {
      for (const [name, file] of await picturesOf(source)) {
        const other = files.get(name);
        if (other !== undefined) {
          throw new Failure(`${other} and ${file} have one name, ${name}; expected pictures of different names`);
        }
        files.set(name, file);
      }
    }
    const sorted = new Map([...files].sort(([a], [b]) => byCodeUnits(a, b)));
    const { strokes } = request.options;
    return new Pictures(request, sorted, strokes === undefined ? undefined : await strokesFor(strokes, sorted));
  }

  get names(): readonly string[] {
    return [...this.files.keys()];
  }

  fileOf(name: string): string {
    const file = this.files.get(name);
    if (file === undefined) throw new Error(`no picture is called ${name}`);
    return file;
  }

  /** What was marked, for people: the file of the strokes, or the option. */
  marksOf(name: string): string {
    return this.strokes?.get(name) ?? '--box';
  }

  /** Changes when the picture, or its strokes, do. */
  async stamp(name: string): Promise<string> {
    const strokes = this.strokes?.get(name);
    const files = [this.fileOf(name), ...(strokes === undefined ? [] : [strokes])];
    return (await Promise.all(files.map((file) => about(file, () => fileStamp(file))))).join(' ');
  }

  /** @param networkLabels of a network that marks correct; undefined for one that is told what to look for */
  async read(name: string, networkLabels: number | undefined): Promise<Picture> {
    const { box, maxMegapixels } = this.request.options;
    const maximumPixels = maxMegapixels === undefined ? defaultMaximumPixels : maxMegapixels * 1e6;
    const file = this.fileOf(name);
    const photograph = await about(file, () => readPhotograph(file, maximumPixels));
    const { width, height } = photograph;
    const strokes = this.strokes?.get(name);
    const read = { maximumPixels, networkLabels, hasBox: box !== undefined };
    const drawn =
      strokes === undefined ? undefined : await about(strokes, () => readStrokes(strokes, photograph, read));
    if (!box && !drawn) return { photograph };
    const prompts = { width, height, labelCount: networkLabels ?? 2, ...drawn, ...(box ? { box } : undefined) };
    return { photograph, prompts };
  }
}

async function picturesOf(source: string): Promise<Map<string, string>> {
  const items = await listItems(source, endings);
  if (items.size > 0) return items;
  throw new Failure(`${source}: got no picture, expected files that end with ${endings.join(', ')}`);
}

/** One file for one picture, or a folder of files with the pictures' names. */
async function strokesFor(source: string, pictures: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string>> {
  const names = [...pictures.keys()];
  if (await isFile(source)) {
    if (names.length === 1) return new Map([[names[0], source]]);
    throw new Failure(
      `--strokes ${source}: one file for ${names.length} pictures; expected a folder of PNGs with their names`,
    );
  }
  const found = await listItems(source, ['.png']);
  const missing = names.find((name) => !found.has(name));
  if (missing === undefined) return found;
  throw new Failure(`--strokes ${source}: no ${missing}.png for ${pictures.get(missing)}`);
}

interface StrokeReading {
  maximumPixels: number;
  networkLabels: number | undefined;
  hasBox: boolean;
}

type Drawn = Required<Pick<Prompts, 'labelCount' | 'labelMap'>>;

/** 0 is unmarked, k marks label k - 1. */
async function readStrokes(file: string, { width, height }: Photograph, reading: StrokeReading): Promise<Drawn> {
  const plane = await readLabelPlane(file, reading.maximumPixels);
  if (plane.width !== width || plane.height !== height) {
    throw new Failure(`${plane.width} x ${plane.height} pixels, expected ${width} x ${height}, as the picture has`);
  }
  return { labelCount: countMarked(plane.values, reading), labelMap: plane.labels };
}

/** @throws Failure where marks are no strokes, or nothing is told from something else. */
function countMarked(values: ValueCounts, { networkLabels, hasBox }: StrokeReading): number {
  const found = [...values.keys()];
  const highest = found[found.length - 1];
  const marks = found.filter((value) => value !== 0);
  const most = networkLabels ?? MOST_LABELS;
  const expected =
    networkLabels === undefined
      ? `expected 0 where nothing is marked, 1 on the background, and 2 to ${most} on objects`
      : `expected 0 where nothing is marked, and 1 to ${most} for the network's labels 0 to ${most - 1}`;
  const stray = marks.filter((value) => value < 0 || value > most);
  if (stray.length > 0) throw new Failure(`${describeValues(found)}: got ${listValues(stray)}, ${expected}`);
  const fewest = networkLabels === undefined && !hasBox ? 2 : 1;
  if (marks.length < fewest) {
    const missing =
      marks.length === 0 ? 'nothing is marked' : `only ${marks[0]} is marked, so there is nothing to choose from`;
    throw new Failure(`${describeValues(found)}: ${missing}; ${expected}`);
  }
  return networkLabels ?? Math.max(2, highest);
}

/** Where a picture's file of this ending belongs. */
export function outputFile(out: string, name: string, ending: string): string {
  return path.join(out, ...`${name}${ending}`.split('/'));
}

export function outputsExist(out: string, name: string, fileEndings: readonly string[]): boolean {
  return fileEndings.every((ending) => existsSync(outputFile(out, name, ending)));
}
