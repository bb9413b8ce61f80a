// SPDX-License-Identifier: MIT

import { FilePicker } from './file-picker.js';
import { FolderIcon } from './icons.js';
import { ScenePicker } from './scene-picker.js';
import { Slider } from './slider.js';

/** What is told of a background, behind a photo's cut-out or behind who is before the camera. */
interface ControlProps<Value> {
  value: Value;
  onChange: (value: Value) => void;
}

/** Sigma in parts of the diagonal. */
export function BlurSlider({ value, onChange }: ControlProps<number>) {
  return (
    <Slider
      title="Blur"
      value={value}
      least={0.004}
      most={0.1}
      step={0.001}
      isLogarithmic
      format={(sigma) => `${(100 * sigma).toFixed(1)} % of the diagonal`}
      onChange={onChange}
    />
  );
}

/** `#rrggbb` */
export function ColourField({ value, onChange }: ControlProps<string>) {
  return (
    <label class="field">
      <span>Colour</span>
      <input type="color" value={value} onInput={({ currentTarget }) => onChange(currentTarget.value)} />
    </label>
  );
}

export interface BackgroundPicturesProps {
  /** One that the page drew. */
  onChoose: (picture: ImageBitmap) => void;
  onFile: (file: File) => void;
  /** Whether a picture that is dropped becomes the background, too. */
  takesDrops?: boolean;
}

export function BackgroundPictures({ onChoose, onFile, takesDrops = false }: BackgroundPicturesProps) {
  return (
    <>
      <ScenePicker onChoose={onChoose} />
      {takesDrops && <p class="hint">Or open a picture of your own, or drop one on the page.</p>}
      <FilePicker accept="image/*" name="Background file" onFile={onFile}>
        <FolderIcon /> Open a background
      </FilePicker>
    </>
  );
}
