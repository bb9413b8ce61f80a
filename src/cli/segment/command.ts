// SPDX-License-Identifier: MIT

import type { Command } from 'commander';
import { jobsOption } from '../batch/jobs.js';
import { shardOption } from '../batch/shard.js';
import { wholeNumber, wrong } from '../option-values.js';
import { backendOption, maxMegapixelsOption, threadsOption, timeoutOption } from '../shared-options.js';
import type { Streams } from '../streams.js';
import { type Box, checkSegmentRequest, type OutputKind, outputKinds, type SegmentOptions } from './options.js';

const notes = `
Without MODEL, and without marks, people are cut out: person is built in. MODEL is another network that is built in or
known (nuclei, deeplab-voc, segformer-b0-ade20k), or an ONNX file, which a file of the same name with the ending .json
describes. Known networks that are not built in are looked for in the folder that MEANFIELD_MODELS names, then in the cache,
then downloaded. Marks say what to look for: --box x,y,w,h around one object, and --strokes, a grey or palette PNG of the
picture's size with 0 where nothing is marked, 1 for the background and 2, 3, ... for the objects. With --model they correct
what that network finds: k marks its label k - 1. For a folder of pictures, --strokes is a folder of PNGs with their names.

For each picture NAME there will be in --out: NAME.labels.png (label of each pixel, grey), NAME.overlay.png,
NAME.cut-out.png (straight alpha), NAME.json (areas). Run the same command again after it was stopped, and it goes on.
With --shard i/n it does one part of n. Slurm's arrays are recognised by themselves, for Kubernetes'
indexed jobs take --shard auto/n. --backend cpu needs no browser and knows no --timeout.

Examples:
  meanfield segment photos --out result --write cut-out
  meanfield segment photo.jpg --box 120,40,300,420 --out result
  meanfield segment photos --model deeplab-voc --out result
  meanfield segment photos --model mine.onnx --out result --shard 3/8
`;

/** Adds `segment` to the program. */
export function addSegmentCommand(program: Command, streams: Streams, version: string): void {
  program
    .command('segment')
    .summary('segment pictures with a network, refined along their edges')
    .description(
      'Runs a network on pictures and refines its labels with a fully connected CRF, all on WebGPU, or all on the CPU.',
    )
    .argument('<images...>', 'PNG, JPEG or WebP files, and folders of them')
    .requiredOption('--out <folder>', 'where results and the journal go; made if it is not there')
    .optionsGroup('What to look for:')
    .option(
      '--model <model>',
      "a network's name, or an ONNX file with its description beside it (FILE.json) (default: person)",
    )
    .option('--box <x,y,w,h>', 'a box around the object, in pixels', boxOption)
    .option('--strokes <file>', 'marks by pixel: 0 unmarked, 1 background, 2 and more objects (grey or palette PNG)')
    .optionsGroup('How to refine:')
    .option('--options <file>', "kernels and iterations (JSON), or a name as deeplab-v2; without: the network's own")
    .option('--no-refine', "only upsample the network's output")
    .option(
      '--working-size <pixels>',
      "long side of the picture that is refined (default: the network's own)",
      wholeNumber('--working-size', 1, 16384),
    )
    .addOption(maxMegapixelsOption())
    .optionsGroup('What to write:')
    .option('--write <kinds>', `of ${outputKinds.join(', ')}`, writeOption, outputKinds)
    .option('--foreground <names>', 'labels that the cut-out keeps, by name (default: all but the first)', nameList)
    .optionsGroup('How to work:')
    .addOption(backendOption())
    .addOption(timeoutOption())
    .addOption(jobsOption('pictures'))
    .addOption(threadsOption('one, where --jobs is more than 1, else by cores and size'))
    .option('--shard <part>', 'the part to do: i/n, auto, or auto/n', shardOption)
    .option('--strict', 'stop at the first picture that fails')
    .option('--json', 'print the summary as one JSON object instead of text')
    .addHelpText('after', notes)
    .action(async (sources: string[], options: SegmentOptions) => {
      const request = checkSegmentRequest(sources, options);
      const { segment } = await import('./run.js');
      await segment(request, streams, version);
    });
}

function boxOption(text: string): Box {
  const numbers = text.split(',').map((part) => (/^\s*-?(\d+\.?\d*|\.\d+)\s*$/.test(part) ? Number(part) : Number.NaN));
  const [x, y, width, height] = numbers;
  if (numbers.length === 4 && numbers.every(Number.isFinite) && width > 0 && height > 0) return { x, y, width, height };
  throw wrong('--box', text, 'x,y,w,h in pixels, w and h above 0');
}

function writeOption(text: string): OutputKind[] {
  const kinds = text.split(',').map((part) => outputKinds.find((kind) => kind === part.trim()));
  const known = kinds.filter((kind) => kind !== undefined);
  if (known.length === kinds.length) return outputKinds.filter((kind) => known.includes(kind));
  throw wrong('--write', text, `some of ${outputKinds.join(', ')}, with commas between them`);
}

function nameList(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => name !== '')) return names;
  throw wrong('--foreground', text, 'names of labels, with commas between them');
}
