// SPDX-License-Identifier: MIT

import type { ComponentChildren } from 'preact';
import type { LoadProgress } from '../../../src/pipeline/index.js';
import { offerOf } from '../../networks/catalogue.js';
import type { LiveSession } from '../../webcam/live-session.js';
import { Elapsed } from '../parts/elapsed.js';
import { bytes } from '../parts/format.js';

/** What is going on, over the picture, and what to do next. */
export function LiveStatus({ live }: { live: LiveSession }) {
  const { status } = live.camera;
  const { isStopped, loading } = live.progress;
  const { isFrozen, awaitsFrame } = live.frames;
  if (status.value === 'asking') {
    return (
      <Prompt>
        Waiting for the camera: allow it if the browser asks. <Elapsed />
      </Prompt>
    );
  }
  if (isStopped.value) {
    return (
      <Prompt action={{ title: 'Start again', act: () => live.restart() }}>
        The camera’s own picture: nothing is replaced.
      </Prompt>
    );
  }
  if (loading.value) {
    return (
      <Prompt action={{ title: 'Cancel', act: () => live.cancelLoading() }}>
        <Loading progress={loading.value} isDownload={isDownloaded(live.quality)} /> <Elapsed />
      </Prompt>
    );
  }
  if (isFrozen.value) {
    return <Prompt action={{ title: 'Go live', act: () => live.thaw() }}>{wordsForMarks(live)}</Prompt>;
  }
  if (!live.progress.isReady.value) {
    return (
      <Prompt>
        <Making /> <Elapsed />
      </Prompt>
    );
  }
  if (awaitsFrame.value) {
    return (
      <Prompt action={{ title: 'Use the marks', act: () => live.freeze() }}>
        Your marks are kept. Move until you are where they are, then use them.
      </Prompt>
    );
  }
  if (live.takesMarks.value && !live.progress.isShowing.value) {
    return (
      <Prompt>
        Draw a stroke on yourself: the picture stands still while you do. Then choose Background and draw beside you.
      </Prompt>
    );
  }
  if (live.progress.isShowing.value) return null;
  return (
    <Prompt>
      Working on the first frame. Until then this is the camera’s own picture. <Elapsed />
    </Prompt>
  );
}

interface PromptProps {
  action?: { title: string; act: () => void };
  children: ComponentChildren;
}

function Prompt({ action, children }: PromptProps) {
  return (
    <div class={action ? 'prompt has-action' : 'prompt'} role="status">
      <span>{children}</span>
      {action && (
        <button type="button" class="button" onClick={action.act}>
          {action.title}
        </button>
      )}
    </div>
  );
}

function wordsForMarks({ board, palette }: LiveSession): string {
  const { markedLabels } = board;
  const count = markedLabels.value.size;
  if (count >= 2) return 'The picture stands still while you draw.';
  const names = palette.labels.value.map(({ name }) => name);
  if (count === 0) return `Draw on yourself, then choose ${names[0]} and draw beside you.`;
  return markedLabels.value.has(0)
    ? `Now choose ${names[1]} and draw on what it is.`
    : `Now choose ${names[0]} and draw beside you.`;
}

/** Networks that come with the page are there in no time. */
function isDownloaded({ network }: LiveSession['quality']): boolean {
  const { value } = network;
  return typeof value === 'string' && offerOf(value)?.bytes !== 0;
}

function Making() {
  return <>Making the network ready. Until then this is the camera’s own picture.</>;
}

function Loading({ progress, isDownload }: { progress: LoadProgress; isDownload: boolean }) {
  const { phase, loadedBytes = 0, totalBytes } = progress;
  if (phase !== 'download' || !isDownload) return <Making />;
  return (
    <>
      Downloading the network: {bytes(loadedBytes)}
      {totalBytes === undefined ? '' : ` of ${bytes(totalBytes)}`}.
    </>
  );
}
