// SPDX-License-Identifier: MIT

import type { GpuNews } from '../../engine/protocol.js';
import { workingSizes } from '../../photo/photo.js';
import type { Backend, Session } from '../../state/session.js';
import { NewsMessage } from '../parts/message.js';

/** What went wrong, and what the user should know about where this is computed. */
export function Messages({ session }: { session: Session }) {
  const { error, gpuNews, backend } = session;
  return (
    <>
      <NewsMessage of={error} isError>
        {error.value}
      </NewsMessage>
      <NewsMessage of={gpuNews}>{noticeOf(gpuNews.value, backend)}</NewsMessage>
    </>
  );
}

/** In plain words; undefined where all is as it should be. */
function noticeOf(news: GpuNews | undefined, backend: Backend): string | undefined {
  if (news?.kind === 'lost') {
    return news.isLast
      ? 'The GPU failed twice. The processor computes now: slower, with the same result. Reload to try the GPU again.'
      : 'The GPU was lost for a moment and started anew. Nothing of yours was lost.';
  }
  if (news?.kind === 'software') {
    return 'This browser has WebGPU but no usable GPU, so the processor computes: the same result, more slowly.';
  }
  if (news?.kind === 'none') {
    const hasWebGpu = 'gpu' in navigator && navigator.gpu;
    const cause = hasWebGpu
      ? 'This browser knows WebGPU but found no GPU for it'
      : 'This browser has no WebGPU (Chrome and Edge from 113, Safari from 26 and Firefox from 141 have it)';
    return `${cause}. The processor computes instead: the same result, more slowly. A working size of ${workingSizes[1]} px helps.`;
  }
  return backend === 'cpu' ? 'The address asks for the processor (backend=cpu), so no GPU is used.' : undefined;
}
