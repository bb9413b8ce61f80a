// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { Failure } from '../../failure.js';
import { iterations } from '../measure.js';
import { spreadOf } from '../statistics.js';
import type { PeerMeasurement, PeerProblem } from './peer.js';

/** Looks for the package; says its version, where it tells one. */
const lookScript = `
import pydensecrf.densecrf
from importlib import metadata
try:
    print(metadata.version("pydensecrf"))
except metadata.PackageNotFoundError:
    print("")
`;

/** Reads the picture as RGB and the energies, and prints milliseconds on the wall and of the processor, a pair a repetition. */
const measureScript = `
import json, sys, time
import numpy as np
import pydensecrf.densecrf as dcrf
task = json.loads(sys.stdin.buffer.readline())
w, h, n = task["width"], task["height"], task["labelCount"]
image = np.frombuffer(sys.stdin.buffer.read(3 * w * h), np.uint8).reshape(h, w, 3).copy()
energies = np.frombuffer(sys.stdin.buffer.read(4 * n * w * h), np.float32).reshape(n, -1).copy()
def picture():
    crf = dcrf.DenseCRF2D(w, h, n)
    crf.setUnaryEnergy(energies)
    crf.addPairwiseGaussian(sxy=3, compat=3)
    crf.addPairwiseBilateral(sxy=80, srgb=13, rgbim=image, compat=10)
    return np.argmax(crf.inference(task["iterations"]), axis=0)
picture()
times = []
for _ in range(task["repeat"]):
    wall, cpu = time.perf_counter(), time.process_time()
    picture()
    times.append([1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)])
print(json.dumps(times))
`;

/**
 * The version of pydensecrf that a Python has; null where it tells none.
 *
 * @throws Failure where the Python does not run, or has no pydensecrf
 */
export async function findPydensecrf(python: string): Promise<string | null> {
  return (await run(python, lookScript, [])).trim() || null;
}

/** pydensecrf with the engine's default parameters, which are its own examples', in one thread. */
export async function measurePydensecrf(
  python: string,
  version: string | null,
  { benchCase: { name, width, height, labelCount }, image, logits }: PeerProblem,
  repeat: number,
): Promise<PeerMeasurement> {
  const rgb = image.data.filter((_byte, at) => at % 4 !== 3);
  const energies = logits.map((logit) => -logit);
  const head = `${JSON.stringify({ width, height, labelCount, repeat, iterations })}\n`;
  const times: [wall: number, cpu: number][] = JSON.parse(
    await run(python, measureScript, [Buffer.from(head), Buffer.from(rgb), Buffer.from(energies.buffer)]),
  );
  return {
    case: name,
    peer: 'pydensecrf',
    version,
    picture: { wall: spreadOf(times.map(([wall]) => wall)), cpu: spreadOf(times.map(([, cpu]) => cpu)) },
  };
}

/** What a script prints. */
function run(python: string, script: string, input: readonly Buffer[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, ['-c', script], { stdio: ['pipe', 'pipe', 'pipe'] });
    const printed = { out: '', error: '' };
    child.stdout.on('data', (text) => (printed.out += text));
    child.stderr.on('data', (text) => (printed.error += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const lastLine = printed.error.trim().split('\n').at(-1);
      if (code === 0) resolve(printed.out);
      else reject(new Failure(`ended with ${signal ?? `exit code ${code}`}${lastLine ? `: ${lastLine}` : ''}`));
    });
    // A program that ends early reads no more: its exit code says why.
    child.stdin.on('error', () => {});
    for (const part of input) child.stdin.write(part);
    child.stdin.end();
  });
}
