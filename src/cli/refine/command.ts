// SPDX-License-Identifier: MIT

import type { Command } from 'commander';
import { fileEndingWith, wholeNumber, wrong } from '../option-values.js';
import {
  backendOption,
  confidenceOption,
  defaultParametersInWords,
  iterationsOption,
  layoutOption,
  maxMegapixelsOption,
  methodOption,
  threadsOption,
  upsampleOption,
} from '../shared-options.js';
import type { Streams } from '../streams.js';
import { checkRequest, type RefineOptions } from './options.js';

const notes = `
Exactly one of --unary, --logits, --probabilities and --labels is needed. Arrays are .npy files
[label, y, x] or [y, x, label] of float16, float32 or float64, as large as the image or smaller. One plane
[1, y, x] or [y, x] of probabilities or logits is a foreground: label 1, and label 0 is the rest.

In a label file the palette index or grey value is the label. The values that occur are the labels, in their order,
whatever gaps they have. Two values are two labels: masks of 0 and 1, or 0 and 255. Of three or more, 255 is
unknown; without 255, strokes are 1, 2, 3, ... and 0 is unknown where they cover less than a fifth of the image. Where
that does not say it, --unknown must. The label map has the file's values again; where the file counts
1, 2, 3, ... with 0 for unknown, or with --label-count, it counts from 0 as all other results do.

Examples:
  meanfield refine photo.png --probabilities p.npy --label-map labels.png
  meanfield refine photo.jpg --labels strokes.png --overlay overlay.png
  meanfield refine photo.jpg --labels mask.png --cut-out cut-out.png
  meanfield refine - --unary u.npy --options crf.json --marginals q.npy --json
`;

/** Adds `refine` to the program. */
export function addRefineCommand(program: Command, streams: Streams, version: string): void {
  program
    .command('refine')
    .summary('make a coarse segmentation crisp along the edges of a photograph')
    .description('Refines a coarse segmentation with a fully connected CRF.')
    .argument('<image>', 'PNG, JPEG or WebP; - where no kernel needs one')
    .optionsGroup('What is known (one of them):')
    .option('--unary <file>', 'energies, -log p (.npy)')
    .option('--logits <file>', "a network's raw scores (.npy)")
    .option('--probabilities <file>', 'probabilities (.npy)')
    .option('--labels <file>', 'labels by pixel (grey or palette PNG, or .npy of whole numbers)')
    .optionsGroup('How to read it:')
    .addOption(confidenceOption('marked label'))
    .option(
      '--unknown <label>',
      'value of unmarked pixels, or none (default: 0 in strokes, else see below)',
      unknownLabel,
    )
    .option(
      '--label-count <count>',
      'how many labels there are, where the file does not have them all',
      wholeNumber('--label-count', 1, 65536),
    )
    .addOption(layoutOption())
    .addOption(upsampleOption())
    .addOption(maxMegapixelsOption())
    .optionsGroup('How to refine:')
    .option(
      '--options <file>',
      `kernels and iterations (JSON), or a name as deeplab-v2; without: ${defaultParametersInWords()}`,
    )
    .addOption(iterationsOption())
    .addOption(methodOption())
    .addOption(backendOption())
    .addOption(threadsOption())
    .optionsGroup('What to write:')
    .option(
      '--label-map <file>',
      'label of each pixel (.png: grey of 8 or 16 bits, or with the palette of --labels)',
      fileEndingWith('--label-map', '.png'),
    )
    .option(
      '--marginals <file>',
      'probabilities after refinement (.npy, float32)',
      fileEndingWith('--marginals', '.npy'),
    )
    .option('--overlay <file>', 'photograph with the labels in colour (.png)', fileEndingWith('--overlay', '.png'))
    .option(
      '--cut-out <file>',
      'what the labels of --foreground mark, cut out with straight alpha (.png)',
      fileEndingWith('--cut-out', '.png'),
    )
    .option(
      '--foreground <labels>',
      'labels that the cut-out keeps, as the label map has them (default: all but the first)',
      labelList,
    )
    .option('--json', 'print one JSON object instead of text')
    .addHelpText('after', notes)
    .action(async (image: string, options: RefineOptions) => {
      const request = checkRequest(image, options);
      // Loaded when it is known to be needed: help and wrong usage answer at once.
      const { refine } = await import('./run.js');
      await refine(request, streams, version);
    });
}

function labelList(text: string): number[] {
  const labels = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (labels.every((label) => label <= 65535)) return labels;
  throw wrong('--foreground', text, 'whole numbers up to 65535, with commas between them');
}

function unknownLabel(text: string): number | 'none' {
  if (text === 'none') return text;
  if (/^-?\d+$/.test(text) && Number(text) <= 65535) return Number(text);
  throw wrong('--unknown', text, 'a whole number up to 65535, or none');
}
