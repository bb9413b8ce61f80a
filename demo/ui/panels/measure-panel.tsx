// SPDX-License-Identifier: MIT

import type { Refinement } from '../../engine/protocol.js';
import { benchmarkJson } from '../../export/benchmark-json.js';
import { crfParameters } from '../../state/crf-settings.js';
import { benchmarkRuns, type Session } from '../../state/session.js';
import type { StageStatistics } from '../../state/statistics.js';
import { Chart } from '../parts/chart.js';
import { CodeBlock } from '../parts/code-block.js';
import { CopyButton } from '../parts/copy-button.js';
import { bytes, count, milliseconds } from '../parts/format.js';

/** Times, the lattice, what each iteration changes, and a benchmark. */
export function MeasurePanel({ session }: { session: Session }) {
  const refinement = session.results.refinement.value;
  if (!refinement) return <p class="hint">Nothing was computed yet.</p>;
  return (
    <>
      <StageTimes session={session} />
      <Convergence session={session} />
      <Lattice session={session} refinement={refinement} />
      <BenchmarkPart session={session} />
    </>
  );
}

function StageTimes({ session }: { session: Session }) {
  const gpu = session.measurements.gpuStatistics.value;
  return (
    <section class="part">
      <h3>Time by stage</h3>
      <TimeTable caption="Wall time" statistics={namedStages(session)} />
      {gpu.length > 0 && <TimeTable caption="GPU time, all iterations" statistics={gpu} />}
      {gpu.length === 0 && session.results.refinement.value?.backend === 'webgpu' && (
        <p class="hint">This adapter gives no timestamps, so stages cannot be timed one by one.</p>
      )}
    </section>
  );
}

/** No network runs where the photo is segmented by its marks. */
function namedStages({ choice, measurements }: Session): StageStatistics[] {
  const isByMarks = choice.ownsLabels.value;
  return measurements.statistics.value.map((one) =>
    isByMarks && one.stage === 'network' ? { ...one, stage: 'marks' } : one,
  );
}

export function TimeTable({ caption, statistics }: { caption: string; statistics: readonly StageStatistics[] }) {
  return (
    <table class="figures">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Stage</th>
          <th scope="col">Median</th>
          <th scope="col">95th percentile</th>
        </tr>
      </thead>
      <tbody>
        {statistics.map(({ stage, median, percentile95 }) => (
          <tr key={stage}>
            <th scope="row">{stage}</th>
            <td>{milliseconds(median)}</td>
            <td>{milliseconds(percentile95)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A power of ten that is at most 1. */
const asPower = (power: number) =>
  power >= 0.01 ? String(power) : power.toExponential(0).replace('1e-', '10⁻').replace(/\d$/, superscript);
const superscript = (digit: string) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)];

function Convergence({ session }: { session: Session }) {
  const convergence = session.measurements.convergence.value;
  const changes = convergence?.changes ?? [];
  return (
    <section class="part">
      <h3>Change in each iteration</h3>
      {changes.length > 0 && convergence ? (
        <>
          <Chart
            description={`Largest change of Q by iteration: ${changes.map((change) => change.toPrecision(2)).join(', ')}`}
            x={changes.map((_, i) => i + 1)}
            // A change of nothing has no place on a logarithmic scale.
            y={changes.map((change) => Math.max(change, 1e-9))}
            xTitle="iteration"
            format={asPower}
          />
          <p class="hint">
            Largest |ΔQ| of any pixel and label. All iterations together lowered the free energy (the KL divergence up
            to a constant) by {count(Math.round(convergence.energies[0].kl - (convergence.energies.at(-1)?.kl ?? 0)))}.
          </p>
        </>
      ) : (
        <p class="hint">
          {session.busyWith.value === 'study' ? 'Measuring the iterations…' : 'There are no iterations to measure.'}
        </p>
      )}
    </section>
  );
}

function Lattice({ session, refinement }: { session: Session; refinement: Refinement }) {
  const { vertexCounts, dispatchesPerIteration, bytesMovedPerIteration } = refinement.lattice;
  const pixels = refinement.width * refinement.height;
  const { kernels } = crfParameters(session.settings.value);
  return (
    <section class="part">
      <h3>Lattice</h3>
      <dl class="rows">
        {kernels.map(({ type }, index) => {
          const vertices = vertexCounts[index];
          return (
            <div key={type}>
              <dt>Vertices, {type}</dt>
              <dd>{vertices ? `${count(vertices)} (${(pixels / vertices).toFixed(1)} px each)` : 'not counted'}</dd>
            </div>
          );
        })}
        {dispatchesPerIteration !== undefined && (
          <div>
            <dt>Dispatches per iteration</dt>
            <dd>{dispatchesPerIteration}</dd>
          </div>
        )}
        {bytesMovedPerIteration !== null && (
          <div>
            <dt>Memory moved per iteration</dt>
            <dd>{bytes(bytesMovedPerIteration)}</dd>
          </div>
        )}
      </dl>
    </section>
  );
}

function BenchmarkPart({ session }: { session: Session }) {
  const benchmark = session.measurements.benchmark.value;
  const isRunning = session.busyWith.value === 'benchmark';
  const json = benchmark && benchmarkJson(benchmark, navigator.userAgent);
  return (
    <section class="part">
      <div class="part-head">
        <h3>Benchmark</h3>
        <div class="button-row">
          {json && <CopyButton text={json} title="Copy JSON" />}
          <button type="button" class="button" disabled={isRunning} onClick={() => session.runBenchmark()}>
            {isRunning ? 'Running…' : 'Run'}
          </button>
        </div>
      </div>
      <p class="hint">
        Refines this picture {benchmarkRuns} times with the current settings. Each run builds its lattices anew.
      </p>
      {json && <CodeBlock title="Result of the benchmark" text={json} />}
    </section>
  );
}
