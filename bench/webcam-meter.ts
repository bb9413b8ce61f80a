// SPDX-License-Identifier: MIT

import type { CDPSession, Page, WebWorker } from 'puppeteer';
import { type GpuCounts, type Metered, meterGpu } from './gpu-meter.js';

/** The demo's webcam at one moment. */
export interface WebcamSample {
  /** Since the meter was begun. */
  seconds: number;
  /** That the worker has shown since it began, counted at the same instant as `gpu`. */
  frames: number;
  gpu: GpuCounts;
  /** Bytes that programs' objects hold after garbage was collected: without the machine code that V8 makes of functions run often. */
  pageHeap: number;
  workerHeap: number;
  /** CPU time of the page's main thread since it was opened: running scripts, and all that it did. */
  scriptMilliseconds: number;
  taskMilliseconds: number;
  /** How long each task over 50 ms on the page's main thread took since the sample before, in milliseconds. */
  longTasks: number[];
}

/** Watches a page of the demo, opened on the webcam with the camera still off. */
export class WebcamMeter {
  private readonly start = performance.now();

  private constructor(
    private readonly page: Page,
    private readonly session: CDPSession,
    private readonly worker: WebWorker,
  ) {}

  /** @param turnOn brings the page to start its worker, as a click does */
  static async begin(page: Page, turnOn: () => Promise<void>): Promise<WebcamMeter> {
    const started = new Promise<WebWorker>((resolve) => {
      const listen = (worker: WebWorker) => {
        if (!worker.url().includes('live-worker')) return;
        page.off('workercreated', listen);
        resolve(worker);
      };
      page.on('workercreated', listen);
    });
    await page.evaluate(watchLongTasks);
    await page.evaluate(holdMessages);
    await turnOn();
    const worker = await started;
    // A worker can be spoken to before it has an address, and only then WebGPU.
    while (!(await worker.evaluate(() => 'GPUDevice' in globalThis))) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await worker.evaluate(meterGpu);
    await worker.evaluate(countShown);
    await page.evaluate(() => (globalThis as unknown as Holding).releaseMessages());
    const session = await page.createCDPSession();
    for (const client of [session, worker.client]) {
      await client.send('Runtime.enable');
      await client.send('HeapProfiler.enable');
    }
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    return new WebcamMeter(page, session, worker);
  }

  async sample(): Promise<WebcamSample> {
    const { page, session, worker } = this;
    // Whatever collecting costs the main thread is not the page's own.
    const longTasks = await page.evaluate(takeLongTasks);
    const { metrics } = await session.send('Performance.getMetrics');
    const metric = (name: string) => 1000 * (metrics.find((one) => one.name === name)?.value ?? Number.NaN);
    const pageHeap = await heapOf(session);
    const workerHeap = await heapOf(worker.client);
    await page.evaluate(takeLongTasks);
    const { gpu, frames } = await worker.evaluate(() => {
      const { meanfieldGpuCounts, meanfieldShown } = globalThis as unknown as Metered & Counting;
      return { gpu: meanfieldGpuCounts, frames: meanfieldShown };
    });
    if (gpu.devices === 0) throw new Error('the worker had its GPU device before anything was counted');
    return {
      seconds: (performance.now() - this.start) / 1000,
      frames,
      gpu,
      pageHeap,
      workerHeap,
      scriptMilliseconds: metric('ScriptDuration'),
      taskMilliseconds: metric('TaskDuration'),
      longTasks,
    };
  }
}

interface Watched {
  meanfieldLongTasks: PerformanceObserver;
  meanfieldLongTaskTimes: number[];
}

function watchLongTasks(): void {
  const times: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) times.push(duration);
  });
  observer.observe({ type: 'longtask', buffered: true });
  Object.assign(globalThis, { meanfieldLongTasks: observer, meanfieldLongTaskTimes: times });
}

function takeLongTasks(): number[] {
  const { meanfieldLongTasks, meanfieldLongTaskTimes } = globalThis as unknown as Watched;
  for (const { duration } of meanfieldLongTasks.takeRecords()) meanfieldLongTaskTimes.push(duration);
  return meanfieldLongTaskTimes.splice(0);
}

/** The parts of V8's heap snapshot that are used here. */
interface HeapSnapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[], ...unknown[]] } };
  /** The fields of one node after the other. */
  nodes: number[];
  strings: string[];
}

async function heapOf(client: CDPSession): Promise<number> {
  const chunks: string[] = [];
  const take = ({ chunk }: { chunk: string }) => chunks.push(chunk);
  client.on('HeapProfiler.addHeapSnapshotChunk', take);
  // Collects garbage first.
  await client.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  client.off('HeapProfiler.addHeapSnapshotChunk', take);
  return objectBytes(JSON.parse(chunks.join('')) as HeapSnapshot);
}

function objectBytes({ snapshot, nodes, strings }: HeapSnapshot): number {
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, name, size] = ['type', 'name', 'self_size'].map((field) => fields.indexOf(field));
  let bytes = 0;
  for (let node = 0; node < nodes.length; node += fields.length) {
    const kind = types[0][nodes[node + type]];
    const isEngines = kind === 'code' || kind === 'object shape' || strings[nodes[node + name]].startsWith('system /');
    if (!isEngines) bytes += nodes[node + size];
  }
  return bytes;
}

interface Counting {
  meanfieldShown: number;
}

/** Counts the frames that a worker tells the page are shown. Sent to the worker as text. */
function countShown(): void {
  const counting = globalThis as unknown as Counting;
  counting.meanfieldShown = 0;
  const post = globalThis.postMessage as (...message: unknown[]) => void;
  const counted = (message: { kind?: string }, ...rest: unknown[]) => {
    if (message.kind === 'shown') counting.meanfieldShown++;
    post(message, ...rest);
  };
  Object.assign(globalThis, { postMessage: counted });
}

interface Holding {
  releaseMessages: () => void;
}

/** Workers hear nothing until `releaseMessages`: told to begin, one could have its device before anybody counts. Sent to the page as text. */
function holdMessages(): void {
  const held: (() => void)[] = [];
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (this: Worker, ...message: unknown[]) {
    held.push(() => Reflect.apply(postMessage, this, message));
  };
  const releaseMessages = () => {
    Worker.prototype.postMessage = postMessage;
    for (const send of held) send();
  };
  Object.assign(globalThis, { releaseMessages });
}
