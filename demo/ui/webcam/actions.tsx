// SPDX-License-Identifier: MIT

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { saveFile } from '../../export/save.js';
import type { LiveSession } from '../../webcam/live-session.js';
import { canRecord, record, recordingTime, stillOf } from '../../webcam/recording.js';
import { Elapsed } from '../parts/elapsed.js';
import { CameraIcon, RecordIcon } from '../parts/icons.js';

/** Keeps what is seen: a picture, or five seconds of it. */
export function LiveActions({ live }: { live: LiveSession }) {
  const recording = useSignal(false);
  const ended = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => ended.current?.abort(), []);
  const isOff = !live.progress.isShowing.value;
  const attempt = async (what: string, act: () => Promise<void>) => {
    try {
      await act();
    } catch (error) {
      live.progress.error.value = `The ${what} could not be saved: ${(error as Error).message}.`;
    }
  };
  const picture = () =>
    attempt('picture', async () => {
      if (live.canvas) saveFile(await stillOf(live.canvas), 'meanfield.png');
    });
  const video = () =>
    attempt('recording', async () => {
      if (recording.value) {
        ended.current?.abort();
        return;
      }
      ended.current = new AbortController();
      recording.value = true;
      try {
        const { blob, ending } = await record(() => live.canvas, ended.current.signal);
        saveFile(blob, `meanfield.${ending}`);
      } finally {
        recording.value = false;
      }
    });
  return (
    <div class="actions">
      <button type="button" class="button" disabled={isOff} title="Saves a PNG file" onClick={() => void picture()}>
        <CameraIcon /> Take a picture
      </button>
      {canRecord() && (
        <button
          type="button"
          class="button"
          disabled={isOff && !recording.value}
          title={recording.value ? 'Ends the recording now, and saves it' : 'Saves a video file. No sound is recorded'}
          onClick={() => void video()}
        >
          <RecordIcon />{' '}
          {recording.value ? (
            <>
              Recording: <Elapsed /> of {recordingTime / 1000} s
            </>
          ) : (
            `Record ${recordingTime / 1000} s`
          )}
        </button>
      )}
    </div>
  );
}
