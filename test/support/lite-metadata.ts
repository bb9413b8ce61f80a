// SPDX-License-Identifier: MIT

import { Builder } from 'flatbuffers';

type Offset = number;

/**
 * A TensorFlow Lite file with the metadata that MediaPipe's tasks ask for: the input is a picture in RGB, whose bytes become (byte - mean)/deviation.
 * The file as it was follows behind a new root, which points into it.
 */
export function withPictureMetadata(file: Uint8Array, mean: number, deviation: number): Uint8Array<ArrayBuffer> {
  const model = readModel(file);
  const { bytes, patch } = writeHead(model.buffers.length, pictureMetadata(mean, deviation));
  const joined = new Uint8Array(bytes.length + file.length);
  joined.set(bytes);
  joined.set(file, bytes.length);
  patch(new DataView(joined.buffer), {
    ...model,
    targets: model.targets.map((place) => place + bytes.length),
    buffers: model.buffers.map((place) => place + bytes.length),
  });
  return joined;
}

/** TensorFlow Lite's Model: places in the file that its fields lead to. */
interface Model {
  version: number;
  /** Of operator_codes, subgraphs and description. */
  targets: number[];
  /** Of each Buffer. */
  buffers: number[];
}

function readModel(file: Uint8Array): Model {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const root = view.getUint32(0, true);
  const fields = root - view.getInt32(root, true);
  const placeOf = (field: number) => root + view.getUint16(fields + 4 + 2 * field, true);
  const follow = (place: number) => place + view.getUint32(place, true);
  const list = follow(placeOf(4));
  const buffers = Array.from({ length: view.getUint32(list, true) }, (_, i) => follow(list + 4 + 4 * i));
  return {
    version: view.getUint32(placeOf(0), true),
    targets: [1, 2, 3].map((field) => follow(placeOf(field))),
    buffers,
  };
}

/** Everything before the old file, whose places are not known before this has its length. Tables lie behind what points to them. */
function writeHead(bufferCount: number, metadata: Uint8Array) {
  const name = new TextEncoder().encode('TFLITE_METADATA\0');
  const model = 28;
  const buffers = model + 28;
  const entries = buffers + 4 + 4 * (bufferCount + 1);
  const entry = entries + 8 + 8;
  const text = entry + 12;
  const buffer = text + 4 + name.length + 8;
  // Contents of buffers begin at multiples of 16.
  const content = Math.ceil((buffer + 8 + 4) / 16) * 16 - 4;
  const bytes = new Uint8Array(Math.ceil((content + 4 + metadata.length) / 16) * 16);
  bytes.set(new TextEncoder().encode('TFL3'), 4);
  bytes.set(name, text + 4);
  bytes.set(metadata, content + 4);
  const patch = (view: DataView, { version, targets, buffers: old }: Model) => {
    const point = (from: number, to: number) => view.setUint32(from, to - from, true);
    const shorts = (at: number, values: number[]) => values.forEach((v, i) => void view.setUint16(at + 2 * i, v, true));
    point(0, model);
    // Sizes of the list of fields and of the table, then where each field is; 0 for none.
    shorts(8, [18, 28, 4, 8, 12, 16, 20, 0, 24]);
    view.setInt32(model, model - 8, true);
    view.setUint32(model + 4, version, true);
    for (const [i, to] of [...targets, buffers, entries].entries()) point(model + 8 + 4 * i, to);
    view.setUint32(buffers, bufferCount + 1, true);
    for (const [i, to] of [...old, buffer].entries()) point(buffers + 4 + 4 * i, to);
    view.setUint32(entries, 1, true);
    point(entries + 4, entry);
    shorts(entry - 8, [8, 12, 4, 8]);
    view.setInt32(entry, 8, true);
    point(entry + 4, text);
    view.setUint32(entry + 8, bufferCount, true);
    view.setUint32(text, name.length - 1, true);
    shorts(buffer - 8, [6, 8, 4]);
    view.setInt32(buffer, 8, true);
    point(buffer + 4, content);
    view.setUint32(content, metadata.length, true);
  };
  return { bytes, patch };
}

/** ModelMetadata of TensorFlow Lite's metadata_schema.fbs. */
function pictureMetadata(mean: number, deviation: number): Uint8Array {
  const builder = new Builder();
  const table = (fieldCount: number, fields: Record<number, Offset>, kind?: number): Offset => {
    builder.startObject(fieldCount);
    // A union's or an enumeration's number comes first.
    if (kind !== undefined) builder.addFieldInt8(0, kind, 0);
    for (const [field, offset] of Object.entries(fields)) builder.addFieldOffset(Number(field), offset, 0);
    return builder.endObject();
  };
  const listOf = (add: () => void): Offset => {
    builder.startVector(4, 1, 4);
    add();
    return builder.endVector();
  };
  const number = (value: number) => listOf(() => builder.addFloat32(value));
  const one = (offset: Offset) => listOf(() => builder.addOffset(offset));
  const [normalizationOptions, imageProperties, rgb] = [1, 2, 1];
  const normalization = table(2, { 0: number(mean), 1: number(deviation) });
  const unit = table(2, { 1: normalization }, normalizationOptions);
  const content = table(3, { 1: table(2, {}, rgb) }, imageProperties);
  const input = table(7, { 3: content, 4: one(unit) });
  const subgraph = table(10, { 2: one(input), 3: one(table(7, {})) });
  builder.finish(table(8, { 3: one(subgraph) }), 'M001');
  return builder.asUint8Array();
}
