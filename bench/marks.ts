// SPDX-License-Identifier: MIT

import path from 'node:path';
import { listItems } from '../src/cli/batch/items.js';
import { Failure } from '../src/cli/failure.js';
import { defaultMaximumPixels, photographEndings, readPhotograph } from '../src/cli/files/image.js';
import { readLabelPlane } from '../src/cli/inputs/label-plane.js';
import { oneOf, wholeNumber } from '../src/cli/option-values.js';
import { runAsProcess } from '../src/cli/process.js';
import { createBareProgram, runProgram } from '../src/cli/program.js';
import type { Streams } from '../src/cli/streams.js';
import { Pipeline } from '../src/pipeline/index.js';
import { type Game, play } from './marks/game.js';
import { columns, summarize, table } from './marks/table.js';

interface Options {
  data?: string;
  clicks: number;
  half: 'even' | 'odd' | 'both';
  from: 'marks' | 'person' | 'both';
  json?: boolean;
}

/** What a game may begin with, and the network that stands for it. */
const beginnings = { marks: ['marks alone', 'colour-prompt'], person: ['over person', 'person'] } as const;

await runAsProcess((commandArguments, streams) => {
  const { MEANFIELD_DATA } = process.env;
  const program = createBareProgram('npm run bench:marks --', streams)
    .description(
      'Plays a person who corrects masks: a disc of radius 6 in the middle of the largest error, object or background, again and again. Tells the mean IoU ' +
        'after so many clicks, from marks alone and over the network person, on the even and the odd photos of a folder. On the CPU, in one thread.',
    )
    .option(
      '--data <folder>',
      'has folders photos and truth (default: people in MEANFIELD_DATA)',
      MEANFIELD_DATA && path.join(MEANFIELD_DATA, 'people'),
    )
    .option('--clicks <count>', 'clicks a photo', wholeNumber('--clicks', 1, 1000), columns[columns.length - 1])
    .option('--half <name>', 'photos: even, odd or both', oneOf('--half', ['even', 'odd', 'both']), 'both')
    .option('--from <name>', 'begin with: marks, person or both', oneOf('--from', ['marks', 'person', 'both']), 'both')
    .option('--json', 'print every score as JSON instead of a table')
    .action((options: Options) => run(options, streams));
  return runProgram(program, commandArguments, streams);
});

async function run({ data, clicks, half, from, json }: Options, streams: Streams): Promise<void> {
  if (data === undefined) throw new Failure('--data: got none, expected a folder, or MEANFIELD_DATA with people in it');
  const photos = [...(await listItems(path.join(data, 'photos'), photographEndings))].sort();
  const halves = (['even', 'odd'] as const).filter((name) => half === 'both' || half === name);
  const starts = (['marks', 'person'] as const).filter((name) => from === 'both' || from === name);
  const games: Record<string, Record<string, Game>> = {};
  for (const start of starts) {
    const [title, network] = beginnings[start];
    const pipeline = await Pipeline.create({ network, backend: 'cpu' });
    for (const name of halves) {
      const scores: Record<string, Game> = {};
      for (const [index, [item, file]] of photos.entries()) {
        if (index % 2 !== (name === 'even' ? 0 : 1)) continue;
        streams.status(`${title}, ${name} photos: ${item}`);
        const { data: pixels, width, height } = await readPhotograph(file, defaultMaximumPixels);
        const truth = await readLabelPlane(path.join(data, 'truth', `${item}.png`), defaultMaximumPixels);
        scores[item] = await play(pipeline, { data: pixels, width, height }, truth, clicks);
      }
      games[`${title}, ${name}`] = scores;
    }
    await pipeline.destroy();
  }
  streams.status('');
  const rows = Object.entries(games).map(([name, scores]) => [name, summarize(Object.values(scores))] as const);
  streams.out(json ? `${JSON.stringify(games, null, 2)}\n` : table(rows));
}
