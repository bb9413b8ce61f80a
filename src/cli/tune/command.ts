// SPDX-License-Identifier: MIT

import type { Command } from 'commander';
import { crfSchema } from '../../index.js';
import { addDataSetOptions, commaList } from '../evaluate/data-set-options.js';
import { numberBetween, wholeNumber } from '../option-values.js';
import { backendOption } from '../shared-options.js';
import type { Streams } from '../streams.js';
import { checkTuneRequest, objectiveOption, type TuneCommandOptions } from './options.js';

const { gaussian, bilateral, parameters } = crfSchema;

/** What is searched, as JSON. */
function json({ searched }: { searched: readonly (string | number)[] }): string {
  return `[${searched.map((one) => JSON.stringify(one)).join(', ')}]`;
}

const notes = `
PREDICTIONS, TRUTH and IMAGES are read as by evaluate. Use images of the size and from the network that the
parameters are for. The folder of --out gets crf.json, for --options of every command (no kernels where refinement is not worth
it), best.json (the best kernels in any case), report.json, curves.csv, report.html, and a journal: run the same command again
after it was stopped, and it goes on.

A space is JSON; what it leaves out has its default, a kernel that is null is not used:
  { "gaussian": { "sigmaXY": ${json(gaussian.sigmaXY)}, "compatibility": ${json(gaussian.compatibility)} },
    "bilateral": { "sigmaXY": ${json(bilateral.sigmaXY)}, "sigmaRGB": ${json(bilateral.sigmaRGB)}, "compatibility": ${json(bilateral.compatibility)} },
    "sigmaUnit": "${gaussian.sigmaUnit.default}", "normalization": ${json(gaussian.normalization)}, "iterations": ${json(parameters.iterations)} }

Example:
  meanfield tune logits truth --form logits --images photos --out tuned
  meanfield refine photo.jpg --logits l.npy --options tuned/crf.json --label-map labels.png
`;

/** Adds `tune` to the program. */
export function addTuneCommand(program: Command, streams: Streams, version: string): void {
  const command = program
    .command('tune')
    .summary('find kernels and iterations on labelled examples, or find that refinement is not worth it')
    .description('Finds kernels, normalization and iterations on labelled examples.')
    .argument('<files...>', 'folders or files of .npy arrays or label PNGs; last, the folder of truth')
    .usage('[options] <predictions...> <truth>')
    .requiredOption('--out <folder>', 'where results and the journal go; made if it is not there');
  addDataSetOptions(command)
    .optionsGroup('How to search:')
    .option(
      '--objective <measure>',
      'what is to be high: mean-iou (default), mean-iou@4 in a band of 4 pixels around boundaries, boundary-f@2 at a tolerance of 2, ' +
        'pixel-accuracy, mean-accuracy, weighted-iou, mean-dice',
      objectiveOption,
      { measure: 'meanIoU' },
    )
    .option(
      '--foreground <labels>',
      'compare these labels, by name or number, as one with all that is not 0 in truth, which may hold instance ids',
      commaList,
    )
    .option(
      '--also <files...>',
      'further predictions (images with --model), of another kind: they are not searched on, and the report says what the best ' +
        'parameters do to them',
    )
    .option('--space <file>', 'where to look (JSON, see below)')
    .option('--candidates <count>', 'sets of kernels to begin with (default: 48)', wholeNumber('--candidates', 4, 4096))
    .option('--folds <count>', 'of the cross-validation (default: 5)', wholeNumber('--folds', 2, 1e6))
    .option(
      '--confidence-level <share>',
      "of the gain's interval (default: 0.95)",
      numberBetween('--confidence-level', 0.5, 1),
    )
    .option('--seed <number>', 'another seed, another search (default: 1)', wholeNumber('--seed', 0, 2 ** 32 - 1))
    .option('--examples <count>', 'take as many, chosen by the seed (default: all)', wholeNumber('--examples', 2, 1e9))
    .addOption(backendOption())
    .optionsGroup('How to work:')
    .option('--strict', 'stop at the first file that is wrong')
    .option('--json', 'print the report as one JSON object instead of text')
    .addHelpText('after', notes)
    .action(async (files: string[], options: TuneCommandOptions) => {
      const request = checkTuneRequest(files, options);
      const { runTune } = await import('./run.js');
      await runTune(request, streams, version);
    });
}
