// SPDX-License-Identifier: MIT

/** What lies beside a semantic segmentation network of Hugging Face, with the keys that SegFormer's files have, for the labels given. */
export function huggingFaceFiles(labels: readonly string[] = ['background', 'red', 'blue']) {
  const ids = labels.map((label, id) => [String(id), label]);
  const config = {
    _name_or_path: 'someone/segformer-b0-finetuned-colours',
    architectures: ['SegformerForSemanticSegmentation'],
    depths: [2, 2, 2, 2],
    hidden_act: 'gelu',
    hidden_sizes: [32, 64, 160, 256],
    id2label: Object.fromEntries(ids) as Record<string, string>,
    image_size: 224,
    label2id: Object.fromEntries(ids.map(([id, label]) => [label, Number(id)])),
    layer_norm_eps: 1e-6,
    model_type: 'segformer',
    num_channels: 3,
    semantic_loss_ignore_index: 255,
  };
  const preprocessorConfig = {
    do_normalize: true,
    do_reduce_labels: true,
    do_rescale: true,
    do_resize: true,
    image_mean: [0.485, 0.456, 0.406],
    image_processor_type: 'SegformerFeatureExtractor',
    image_std: [0.229, 0.224, 0.225],
    resample: 2,
    rescale_factor: 0.00392156862745098,
    size: { height: 512, width: 512 },
  };
  return { config, preprocessorConfig };
}
