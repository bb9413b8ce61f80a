// SPDX-License-Identifier: MIT

import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ArgumentError } from '../../problem/errors.js';
import { viewName } from '../../problem/typed-arrays.js';
import { type GraphProto, type ModelProto, ModelProtoSchema } from './schema_pb.js';

/** A model that has what every ONNX model must have. */
export type OnnxModel = ModelProto & { graph: GraphProto };

/**
 * Decodes an ONNX file. Tensors' raw data are views on `bytes`, not copies.
 *
 * Throws ArgumentError for what is no ONNX model: text, another format, a file that was cut short.
 */
export function readModel(bytes: Uint8Array): OnnxModel {
  if (viewName(bytes) !== 'Uint8Array') throw new ArgumentError('bytes', bytes, 'a Uint8Array with an ONNX model');
  const other = recognizeOther(bytes);
  if (other !== undefined) throw notAModel(bytes, `they are ${other}`);
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw notAModel(bytes, `decoding stops: ${error instanceof Error ? error.message : String(error)}`);
  }
  // Protobuf takes many foreign bytes for a message of unknown fields; and the end of a file may be missing at just
  // the border of two fields.
  const { graph } = model;
  if (graph === undefined || model.irVersion < 1n) throw notAModel(bytes, 'no graph in them');
  if (graph.output.length === 0) throw notAModel(bytes, 'their graph has no output');
  // Up to IR version 2 there were no operator sets; no such file is known to run anywhere.
  if (model.opsetImport.length === 0) throw notAModel(bytes, 'their operator set is missing');
  return model as OnnxModel;
}

/** The file of a model. Fields that the schema doesn't know are written, too. */
export function writeModel(model: ModelProto): Uint8Array<ArrayBuffer> {
  return toBinary(ModelProtoSchema, model) as Uint8Array<ArrayBuffer>;
}

function notAModel(bytes: Uint8Array, reason: string): ArgumentError {
  return new ArgumentError('bytes', bytes, `a whole ONNX model (${reason})`);
}

/** Magic numbers of what is met in the place of a model, by way of wrong addresses and conversions left out. */
const signatures: readonly (readonly [what: string, offset: number, signature: string])[] = [
  ['a ZIP archive, as PyTorch writes it', 0, 'PK\x03\x04'],
  ['compressed by gzip', 0, '\x1f\x8b'],
  ['a TensorFlow Lite model', 4, 'TFL3'],
  ["a model in ONNX Runtime's own format", 4, 'ORTM'],
  ['an HDF5 file, as Keras writes it', 0, '\x89HDF'],
  ['a pointer of Git LFS in the place of the file', 0, 'version https://git-lfs'],
];

/** What bytes are that are no ONNX model, in a few words; undefined where they may be one. */
export function recognizeOther(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return 'empty';
  const head = String.fromCharCode(...bytes.subarray(0, 64));
  const known = signatures.find(([, offset, signature]) => head.startsWith(signature, offset));
  if (known !== undefined) return known[0];
  const text = head.replace(/^\xef\xbb\xbf/, '').trimStart();
  if (/^<(!doctype|html|head|body|\?xml|!--)/i.test(text)) return 'an HTML page';
  if (/^[{[]\s*["{[\]}]/.test(text)) return 'JSON';
  return undefined;
}
