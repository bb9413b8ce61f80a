// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { readAddress, writeAddress } from '../../../demo/state/address.js';
import { type CameraState, readCamera, splitAddress, writeCamera } from '../../../demo/state/camera-address.js';
import { presets } from '../../../demo/state/crf-settings.js';

const full: CameraState = {
  effect: 'cut-out',
  blur: 0.0125,
  colour: '#12ef56',
  opacity: 0.25,
  isMirrored: false,
  isAdaptive: false,
  smoothing: 0.35,
  network: 'selfie',
  inputSize: 96,
  workingSize: 160,
  compare: 0.75,
  settings: presets[3].settings,
  labels: ['Wall & floor', 'Me~', 'camera-size=1'],
  merges: { 2: 1 },
  marks: 'AQAC-_',
};

describe('the webcam in the address', () => {
  test('comes back as it was, whatever is in the names', () => {
    expect(readCamera(writeCamera(full))).toEqual({ state: full, problems: [] });
    expect(writeCamera({})).toBe('');
    expect(readCamera('')).toEqual({ state: {}, problems: [] });
  });

  test('stands beside the photo, and neither takes anything of the other', () => {
    const photo = { mode: 'webcam' as const, photo: 'cat', network: 'deeplab-voc', workingSize: 240, marks: 'AQ' };
    const parts = splitAddress(`#${writeAddress(photo)}&${writeCamera(full)}`);
    expect(readAddress(parts.photo)).toEqual({ state: photo, problems: [] });
    expect(readCamera(parts.camera)).toEqual({ state: full, problems: [] });
  });

  test.each([
    'camera-effect=sparkles',
    'camera-blur=0.2',
    'camera-blur=',
    'camera-colour=red',
    'camera-colour=12345',
    'camera-opacity=1.01',
    'camera-mirror=maybe',
    'camera-adapt=1',
    'camera-smoothing=0.96',
    'camera-size=1',
    'camera-iterations=2.5',
    'camera-spatial=on',
    'camera-merge=2',
    'camera-marks=!',
  ])('names %s as nonsense, and takes the rest', (nonsense) => {
    expect(readCamera(`${nonsense}&camera-compare=0.500`)).toEqual({ state: { compare: 0.5 }, problems: [nonsense] });
  });

  test.each(['camera-photo=cat', 'camera-view=labels', 'camera-mode=photo', 'camera-constructor=on'])(
    'knows no %s',
    (stranger) => {
      expect(readCamera(stranger)).toEqual({ state: {}, problems: [stranger.split('=')[0]] });
    },
  );
});
