// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import {
  type FileCache,
  fetchNetwork,
  type NetworkDescription,
  type NetworkVariant,
  networkFromJson,
} from '../../pipeline/index.js';
import { writeAtomically } from '../batch/atomic-file.js';
import type { Environment } from '../batch/shard.js';
import { about, Failure, UsageError } from '../failure.js';
import { ifThere, makeFolder } from '../files/folder.js';
import { parseJson } from '../files/json.js';
import { packageFolder } from '../package-folder.js';
import { type Streams, warn } from '../streams.js';
import type { OpenJob } from './job.js';
import { knownNetworks } from './known-networks.js';

/** A network that is ready to be sent to the page. */
export interface FoundNetwork {
  description: NetworkDescription;
  job: Pick<OpenJob, 'preset' | 'network' | 'bytes'>;
  /** Where its file came from, for people. */
  source: string;
  /** Changes when the file does. */
  hash: string;
}

/**
 * The network that `--model` names: a preset, or an ONNX file with its description in JSON beside it. Files are looked for in
 * the folder of MEANFIELD_MODELS too; a preset's file is known by its hash.
 */
export async function findNetwork(
  model: string,
  streams: Streams,
  environment: Environment = process.env,
): Promise<FoundNetwork> {
  const folder = await modelsFolder(environment);
  if (Object.hasOwn(knownNetworks, model)) return await findKnown(model, folder, streams, environment);
  if (!model.toLowerCase().endsWith('.onnx')) {
    const names = Object.keys(knownNetworks).join(', ');
    throw new UsageError(
      `--model: got ${JSON.stringify(model)}, expected one of ${names}, or a file that ends with .onnx`,
    );
  }
  for (const file of [model, ...(folder ? [path.join(folder, model)] : [])]) {
    const bytes = await readBytes(file);
    if (bytes) return await describedNetwork(file, bytes);
  }
  throw new Failure(`${model}: no such file${folder ? `, neither here nor in MEANFIELD_MODELS (${folder})` : ''}`);
}

/** The folder of networks that somebody set up; undefined where nobody did. */
async function modelsFolder({ MEANFIELD_MODELS: folder }: Environment): Promise<string | undefined> {
  if (!folder) return undefined;
  const status = await about(`MEANFIELD_MODELS ${folder}`, () => ifThere(stat(folder)));
  if (status?.isDirectory()) return folder;
  throw new Failure(`MEANFIELD_MODELS: got ${JSON.stringify(folder)}, expected a folder`);
}

async function describedNetwork(file: string, bytes: Uint8Array): Promise<FoundNetwork> {
  const beside = `${file.slice(0, -'.onnx'.length)}.json`;
  const { network, variants } = await about(beside, async () => {
    const text = await ifThere(readFile(beside, 'utf8'));
    if (text === undefined) throw new Failure(`no such file; it has to describe the network in ${file}`);
    const network = networkFromJson(parseJson(text), bytes);
    return { network, variants: await readVariants(network.variants ?? [], path.dirname(beside)) };
  });
  const description = variants.length > 0 ? { ...network, variants } : network;
  for (const one of [description, ...variants]) await fetchNetwork({ ...one, name: description.name });
  const hash = hashOf(Buffer.concat([bytes, ...variants.map((variant) => variant.bytes)]));
  return { description, job: jobOf(description, bytes), source: file, hash };
}

/** Their files lie beside the description. */
function readVariants(variants: readonly NetworkVariant[], folder: string) {
  return Promise.all(
    variants.map(async ({ url = '', ...variant }, i) => {
      const bytes = await readBytes(path.resolve(folder, url));
      if (bytes) return { ...variant, bytes };
      throw new Failure(`variants[${i}].url: got ${JSON.stringify(url)}, expected the name of a file beside it`);
    }),
  );
}

async function findKnown(
  preset: string,
  folder: string | undefined,
  streams: Streams,
  environment: Environment,
): Promise<FoundNetwork> {
  const description = knownNetworks[preset];
  const { url, sha256 = '' } = description;
  // It comes with the library, which the page has too.
  if (url === undefined) return { description, job: { preset }, source: 'built in', hash: preset };
  if (!URL.canParse(url)) return await findShipped(preset, description, url);
  const local =
    folder && (await findLocal(path.posix.basename(new URL(url).pathname), preset, sha256, folder, streams));
  if (local) return { description, job: jobOf(description, local.bytes), source: local.file, hash: sha256 };
  try {
    const bytes = await fetchNetwork(description, {
      cache: diskCache(environment),
      onProgress: ({ loadedBytes, totalBytes, from }) => {
        if (from === 'network') streams.status(`downloading ${preset}: ${megabytes(loadedBytes, totalBytes)}`);
      },
    });
    return { description, job: jobOf(description, bytes), source: url, hash: sha256 };
  } finally {
    streams.status('');
  }
}

/** A network whose file comes with the command line. */
async function findShipped(preset: string, description: NetworkDescription, name: string): Promise<FoundNetwork> {
  const file = path.join(packageFolder(), 'models', name);
  const bytes = await readBytes(file);
  if (!bytes) throw new Failure(`${file}: no such file; it comes with meanfield-cli: install that again`);
  const job = jobOf(description, bytes);
  await fetchNetwork({ name: preset, ...job.network, bytes });
  return { description, job, source: 'built in', hash: preset };
}

/** Under the name that it has on the network, or the preset's. Another file of that name is not it. */
async function findLocal(
  fileName: string,
  preset: string,
  sha256: string,
  folder: string,
  streams: Streams,
): Promise<{ file: string; bytes: Uint8Array } | undefined> {
  for (const name of [fileName, `${preset}.onnx`]) {
    const file = path.join(folder, name);
    const bytes = await readBytes(file);
    if (!bytes) continue;
    if (hashOf(bytes) === sha256) return { file, bytes };
    warn(streams, `${file} is not ${preset}: its sha256 is ${hashOf(bytes)}, expected ${sha256}`);
  }
  return undefined;
}

/** undefined where there is no such file. */
async function readBytes(file: string): Promise<Uint8Array | undefined> {
  const bytes = await about(file, () => ifThere(readFile(file)));
  return bytes && new Uint8Array(bytes);
}

function jobOf(description: NetworkDescription, bytes: Uint8Array): FoundNetwork['job'] {
  const { url, bytes: _, ...network } = description;
  return { network, bytes };
}

/** In the user's cache folder, by address: Node has no Cache API. */
function diskCache({ XDG_CACHE_HOME: home }: Environment): FileCache {
  const folder = path.join(home || path.join(homedir(), '.cache'), 'meanfield', 'networks');
  const fileOf = (url: string) => path.join(folder, `${hashOf(new TextEncoder().encode(url))}.onnx`);
  return {
    async get(url) {
      return await readBytes(fileOf(url));
    },
    async put(url, bytes) {
      await makeFolder(folder);
      await writeAtomically(fileOf(url), [bytes]);
    },
    async remove(url) {
      await rm(fileOf(url), { force: true });
    },
  };
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function megabytes(loaded: number, total: number | undefined): string {
  const of = total === undefined ? '' : ` of ${(total / 1e6).toFixed(1)}`;
  return `${(loaded / 1e6).toFixed(1)}${of} MB`;
}
