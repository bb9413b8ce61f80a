// SPDX-License-Identifier: MIT

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type ExportedFile, exportedFile, saveFile } from '../../export/save.js';
import type { Session } from '../../state/session.js';
import { CopyIcon, SaveIcon, ShareIcon } from '../parts/icons.js';

type Action = 'download' | 'copy' | 'share';

/** What most visitors came for: the cut-out, with what was chosen to be behind it, at the photo's own size. */
export function Actions({ session }: { session: Session }) {
  const doing = useSignal<Action | undefined>(undefined);
  const done = useSignal<Action | undefined>(undefined);
  const photo = session.open.photo.value;
  const result = session.results.result.value;
  const backdrop = session.look.backdrop.value;
  // What was copied or saved is not what is seen now.
  useEffect(() => {
    done.value = undefined;
  }, [result, backdrop, done]);
  const act = async (action: Action) => {
    doing.value = action;
    done.value = undefined;
    try {
      await actions[action](session);
      done.value = action;
    } catch (error) {
      // The visitor closed the list of programs to share with.
      if (!(error instanceof DOMException && error.name === 'AbortError'))
        session.error.value = wordsFor(action, error);
    } finally {
      doing.value = undefined;
    }
  };
  const common = { type: 'button', disabled: !result || doing.value !== undefined } as const;
  return (
    <div class="actions" aria-busy={doing.value !== undefined}>
      {canShare() && (
        <button {...common} class="button" onClick={() => void act('share')}>
          <ShareIcon /> {doing.value === 'share' ? 'Sharing…' : 'Share'}
        </button>
      )}
      <button {...common} class="button" title="Copies the cut-out as a picture" onClick={() => void act('copy')}>
        <CopyIcon /> {wordsOf('copy', doing.value, done.value)}
      </button>
      <button
        {...common}
        class="button is-primary"
        title={photo && `The cut-out as a PNG file of ${photo.width} × ${photo.height} px`}
        onClick={() => void act('download')}
      >
        <SaveIcon /> {wordsOf('download', doing.value, done.value)}
      </button>
      <span class="visually-hidden" role="status">
        {done.value === 'copy' && 'Copied.'}
        {done.value === 'download' && 'Saved.'}
      </span>
    </div>
  );
}

const words = {
  download: { before: 'Download cut-out', during: 'Saving…', after: 'Download cut-out' },
  copy: { before: 'Copy', during: 'Copying…', after: 'Copied' },
} as const;

function wordsOf(action: 'download' | 'copy', doing: Action | undefined, done: Action | undefined): string {
  if (doing === action) return words[action].during;
  return done === action ? words[action].after : words[action].before;
}

function wordsFor(action: Action, error: unknown): string {
  const what = { download: 'saved', copy: 'copied', share: 'shared' }[action];
  return `The cut-out could not be ${what}: ${error instanceof Error ? error.message : String(error)}`;
}

const actions: Readonly<Record<Action, (session: Session) => Promise<void>>> = {
  async download(session) {
    const { name, png } = await cutOutOf(session);
    saveFile(png, name);
  },
  async copy(session) {
    // Browsers allow it at once after a click only: the picture is promised.
    const png = cutOutOf(session).then((file) => file.png);
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
  },
  async share(session) {
    const { name, png } = await cutOutOf(session);
    await navigator.share({ files: [new File([png], name, { type: png.type })] });
  },
};

async function cutOutOf(session: Session): Promise<ExportedFile> {
  const file = await exportedFile(session, 'cut-out');
  if (!file) throw new Error('there is no mask yet');
  return file;
}

/** On phones, where there are programs to share pictures with. */
function canShare(): boolean {
  if (!matchMedia('(pointer: coarse)').matches || !navigator.canShare) return false;
  return navigator.canShare({ files: [new File([], 'cut-out.png', { type: 'image/png' })] });
}
