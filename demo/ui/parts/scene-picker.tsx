// SPDX-License-Identifier: MIT

import { useEffect, useRef } from 'preact/hooks';
import { type DrawnScene, pictureOfScene, scenes } from '../../view/scenes.js';

/** Backgrounds that come with the page, to choose from. */
export function ScenePicker({ onChoose }: { onChoose: (picture: ImageBitmap) => void }) {
  return (
    <fieldset class="scenes">
      <legend class="visually-hidden">Backgrounds that come with this page</legend>
      {scenes.map((scene) => (
        <button key={scene.id} type="button" class="scene" onClick={() => onChoose(pictureOfScene(scene))}>
          <Thumbnail scene={scene} />
          {scene.title}
        </button>
      ))}
    </fieldset>
  );
}

function Thumbnail({ scene }: { scene: DrawnScene }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const picture = pictureOfScene(scene);
    const { width, height } = canvas.current ?? { width: 0, height: 0 };
    canvas.current?.getContext('2d')?.drawImage(picture, 0, 0, width, height);
    picture.close();
  }, [scene]);
  return <canvas ref={canvas} width="160" height="90" />;
}
