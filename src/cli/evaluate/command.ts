// SPDX-License-Identifier: MIT

import type { Command } from 'commander';
import { jobsOption } from '../batch/jobs.js';
import { shardOption } from '../batch/shard.js';
import { oneOf } from '../option-values.js';
import {
  backendOption,
  defaultParametersInWords,
  iterationsOption,
  methodOption,
  threadsOption,
} from '../shared-options.js';
import type { Streams } from '../streams.js';
import { addDataSetOptions, commaList, ignoreOption, numberList } from './data-set-options.js';
import type { MergeOptions } from './merge.js';
import { checkEvaluateRequest, type EvaluateOptions } from './options.js';

const notes = `
PREDICTIONS, TRUTH and IMAGES are folders whose files belong together by their names (val/a.npy, val/a.png,
val/a.jpg), or files. Truth is a PNG whose grey values or palette indices are the labels, or an .npy of
whole numbers [y, x]. Predictions are refined where --images, --options or --model is given. Truth whose values can't be
labels is refused: masks of 0 and 255, of which 255 would be ignored, want --truth-values 0,255. Arrays are [label, y, x] or
[y, x, label]; one plane of probabilities or logits is a foreground, label 1, beside label 0.

With --model a network predicts what is on the images that stand in the place of PREDICTIONS; how many labels there are, and
their names, is its to say. Networks are found as by segment. With --backend cpu the network runs on the CPU too, in
WebAssembly. Without --options the network's own parameters are used, their sigmas scaled to the images' sizes.

The folder of --out gets report.json, scores.csv, items.csv and report.html, and a journal: run the same command
again after it was stopped, and it goes on. Results are the same for any number of --jobs. With --shard i/n it does one part of n, each may be on a machine of its own;
then: meanfield merge OUT --out OUT. Slurm's arrays are recognised by themselves, for Kubernetes' indexed
jobs take --shard auto/n.

Examples:
  meanfield evaluate logits truth --form logits --images photos --out result
  meanfield evaluate logits truth --form logits --images photos --options crf.json --out part --shard 1/8
  meanfield evaluate photos truth --model deeplab-voc --backend cpu --out result
  meanfield evaluate micrographs instances --model nuclei --instances nucleus,border --instance-seeds nucleus --out result
`;

/** Adds `evaluate` to the program. */
export function addEvaluateCommand(program: Command, streams: Streams, version: string): void {
  const command = program
    .command('evaluate')
    .summary('measure predictions on a labelled data set, before and after refinement')
    .description('Measures predicted labels against true ones, before and after refinement.')
    .argument('<files...>', 'folders or files of .npy arrays or label PNGs; last, the folder or file of truth')
    .usage('[options] <predictions...> <truth>')
    .requiredOption('--out <folder>', 'where results and the journal go; made if it is not there');
  addDataSetOptions(command)
    .optionsGroup('How to refine:')
    .option(
      '--options <file>',
      `kernels and iterations (JSON), or a name as deeplab-v2; without: the network's, or ${defaultParametersInWords()}`,
    )
    .addOption(iterationsOption())
    .addOption(methodOption())
    .option(
      '--refinement <kind>',
      'crf; guided, the guided filter in its place; or none, which is --no-refine (default: "crf")',
      oneOf('--refinement', ['crf', 'guided', 'none']),
    )
    .option('--no-refine', 'measure the predictions as they are')
    .addOption(backendOption())
    .optionsGroup('What to measure, beside pixel accuracy, IoU and Dice:')
    .option(
      '--bands <widths>',
      "IoU in bands around the truth's boundaries, widths in pixels, or none",
      numberList('--bands', 'above 0 and at most 1024', (value) => value > 0 && value <= 1024),
      [2, 4, 8, 16],
    )
    .option(
      '--boundary <tolerances>',
      'boundary F at these tolerances, or none',
      numberList('--boundary', 'in 0..64', (value) => value >= 0 && value <= 64),
      [1, 2, 4],
    )
    .option(
      '--boundary-unit <unit>',
      "of the tolerances: pixels, or diagonal for parts of the image's diagonal",
      oneOf('--boundary-unit', ['pixels', 'diagonal']),
      'pixels',
    )
    .option(
      '--instances <labels>',
      'truth holds instance ids (0: none), predicted instances are made of these labels, by name or number, split by watershed: gives ' +
        'their average precision',
      commaList,
    )
    .option('--instance-seeds <labels>', 'labels in which instances begin (default: all of --instances)', commaList)
    .optionsGroup('How to work:')
    .addOption(jobsOption('images'))
    .addOption(threadsOption('one, where --jobs is more than 1, else by cores and size'))
    .option('--shard <part>', 'the part to do: i/n, auto, or auto/n', shardOption)
    .option('--strict', 'stop at the first file that is wrong')
    .option('--json', 'print the report as one JSON object instead of text')
    .addHelpText('after', notes)
    .action(async (files: string[], options: EvaluateOptions) => {
      const request = checkEvaluateRequest(files, options);
      const { evaluate } = await import('./run.js');
      await evaluate(request, streams, version);
    });
}

/** Adds `merge` to the program. */
export function addMergeCommand(program: Command, streams: Streams): void {
  program
    .command('merge')
    .summary('put the parts of a sharded evaluation together')
    .description('Makes the report of all parts of an evaluation; it equals that of one run.')
    .argument('<folders...>', 'the --out folders of all parts')
    .requiredOption('--out <folder>', 'where the report goes; may be one of them')
    .option(
      '--ignore <value>',
      'the ignored value of the parts, where their truth looks as if it were a label',
      ignoreOption,
    )
    .option('--json', 'print the report as one JSON object instead of text')
    .action(async (folders: string[], options: MergeOptions) => {
      const { merge } = await import('./merge.js');
      await merge(folders, options, streams);
    });
}
