# SPDX-License-Identifier: MIT

import sys

import numpy as np
import pydensecrf.densecrf as dcrf
from PIL import Image
from pydensecrf.utils import unary_from_labels

photo_file, strokes_file, labels_file = sys.argv[1:]
image = np.array(Image.open(photo_file).convert("RGB"))
strokes = np.array(Image.open(strokes_file))  # 0 unknown, 1 and 2 the labels
height, width = strokes.shape

d = dcrf.DenseCRF2D(width, height, 2)
d.setUnaryEnergy(unary_from_labels(strokes, 2, gt_prob=0.7, zero_unsure=True))
d.addPairwiseGaussian(sxy=3, compat=3)
d.addPairwiseBilateral(sxy=80, srgb=13, rgbim=image, compat=10)

Q, first, second = d.startInference()
for _ in range(5):
    d.stepInference(Q, first, second)
print("KL", d.klDivergence(Q))

labels = np.argmax(Q, axis=0).reshape(height, width)
Image.fromarray(labels.astype(np.uint8)).save(labels_file)
