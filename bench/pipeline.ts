// SPDX-License-Identifier: MIT

import type { CDPSession, Protocol } from 'puppeteer';
import { wholeNumber } from '../src/cli/option-values.js';
import { bundlePage } from '../src/cli/page/locate.js';
import { openPage } from '../src/cli/page/open.js';
import { runAsProcess } from '../src/cli/process.js';
import { createBareProgram, runProgram } from '../src/cli/program.js';
import type { Streams } from '../src/cli/streams.js';
import type { PipelinePage } from './pipeline-page.js';

interface Options {
  frames: number;
  workingSize: number;
  inputSize: number;
  json?: boolean;
}

/** Milliseconds a frame on the page's main thread, by whose script it was. */
interface ScriptTime {
  meanfield: number;
  onnxruntime: number;
  /** The benchmark's own, and the canvas that it draws its frames on. */
  benchmark: number;
  garbageCollection: number;
  /** The browser's, outside of any script. */
  browser: number;
}

await runAsProcess((commandArguments, streams) => {
  const program = createBareProgram('npm run bench:pipeline --', streams)
    .description(
      'Measures what a frame of the pipeline costs the main thread: frames of 640×480 through colour-prompt, CRF, smoothing and background blur, under the ' +
        "browser's sampling profiler. Time inside WebGPU's calls counts as the caller's.",
    )
    .option('--frames <count>', 'frames measured, after 20 that are not', wholeNumber('--frames', 1, 1e6), 200)
    .option('--working-size <pixels>', 'long side that the CRF works on', wholeNumber('--working-size', 1, 16384), 64)
    .option('--input-size <pixels>', "long side of the network's input", wholeNumber('--input-size', 1, 16384), 32)
    .option('--json', 'print JSON instead of a table')
    .action((options: Options) => run(options, streams));
  return runProgram(program, commandArguments, streams);
});

async function run({ frames, workingSize, inputSize, json }: Options, streams: Streams): Promise<void> {
  const files = await bundlePage('bench/pipeline-page.ts');
  const { server, browser, page } = await openPage(files, 'meanfieldPipeline', { advice: '' });
  try {
    const setting = { workingSize, inputSize };
    const adapter = await page.evaluate(
      (given) => (globalThis as unknown as PageGlobal).meanfieldPipeline.open(given),
      setting,
    );
    await page.evaluate(() => (globalThis as unknown as PageGlobal).meanfieldPipeline.run(20));
    const session = await page.createCDPSession();
    await session.send('Profiler.enable');
    await session.send('Profiler.setSamplingInterval', { interval: 100 });
    await session.send('Profiler.start');
    const wall = await page.evaluate(
      (count) => (globalThis as unknown as PageGlobal).meanfieldPipeline.run(count),
      frames,
    );
    const script = scriptTime(await stop(session), frames);
    const result = { adapter, browser: await browser.version(), frames, ...setting, wall, script };
    streams.out(json ? `${JSON.stringify(result, null, 2)}\n` : table(result));
  } finally {
    await browser.close();
    await server.close();
  }
}

async function stop(session: CDPSession): Promise<Protocol.Profiler.Profile> {
  return (await session.send('Profiler.stop')).profile;
}

/** Self time of each function goes to whoever's file it is in. */
function scriptTime({ nodes, samples = [], timeDeltas = [] }: Protocol.Profiler.Profile, frames: number): ScriptTime {
  const owners = new Map(nodes.map(({ id, callFrame }) => [id, ownerOf(callFrame)]));
  const time: ScriptTime = { meanfield: 0, onnxruntime: 0, benchmark: 0, garbageCollection: 0, browser: 0 };
  samples.forEach((id, index) => {
    const owner = owners.get(id);
    if (owner) time[owner] += timeDeltas[index] / 1000 / frames;
  });
  return time;
}

function ownerOf({ functionName, url, lineNumber }: Protocol.Runtime.CallFrame): keyof ScriptTime | undefined {
  if (functionName === '(idle)' || functionName === '(root)') return undefined;
  if (functionName === '(garbage collector)') return 'garbageCollection';
  if (functionName === '(program)') return 'browser';
  if (url.startsWith('wasm:') || url.includes('onnxruntime')) return 'onnxruntime';
  if (url === '' && lineNumber < 0) return 'browser';
  if (['paint', 'run'].includes(functionName) || url.includes('pptr:')) return 'benchmark';
  return 'meanfield';
}

function table(result: { adapter: string; browser: string; frames: number; wall: number; script: ScriptTime }): string {
  const { adapter, browser, frames, wall, script } = result;
  const rows = Object.entries({ 'wall, GPU included': wall, ...script }).map(
    ([name, milliseconds]) => `${name.padEnd(20)} ${milliseconds.toFixed(3).padStart(10)} ms`,
  );
  return `${adapter}, ${browser}, ${frames} frames; a frame on the main thread:\n${rows.join('\n')}\n`;
}

interface PageGlobal {
  meanfieldPipeline: PipelinePage;
}
