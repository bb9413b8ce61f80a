// SPDX-License-Identifier: MIT

import { type NetworkDescription, Pipeline } from 'meanfield/pipeline';

const description: NetworkDescription = {
  name: 'DeepLab, cut before its own resize',
  url: '/models/deeplab.onnx',
  input: { name: 'sub_7', width: 257, height: 257, layout: 'NHWC', range: [-1, 1] },
  output: {
    // An inner tensor: 33×33 logits. The graph is cut here.
    name: 'logits/semantic/BiasAdd',
    layout: 'NCHW',
    activation: 'logits',
    upsampling: 'align-corners',
  },
  labels: ['background', 'person'],
  crf: 'coarse-masks',
  workingSize: 512,
};

export const pipeline = await Pipeline.create({
  network: description,
  onProgress: ({ phase, loadedBytes = 0, totalBytes }) => console.log(phase, loadedBytes, totalBytes),
});
