// SPDX-License-Identifier: MIT

import { LiveEngine } from './live-engine.js';
import type { ToLive } from './live-protocol.js';

const engine = new LiveEngine((message) => postMessage(message));

addEventListener('message', ({ data }: MessageEvent<ToLive>) => {
  switch (data.kind) {
    case 'open':
      return engine.open(data.canvas);
    case 'network':
      return engine.choose(data.choice);
    case 'settings':
      return engine.apply(data.settings);
    case 'background':
      return engine.setBackground(data.image);
    case 'frame':
      return engine.show(data.frame);
    case 'still':
      return engine.hold(data.frame);
    case 'key':
      return engine.setKey(data.key);
    case 'cancel':
      return engine.cancel();
    case 'restart':
      return engine.restart();
    case 'close':
      // Whoever ends a worker from outside leaves its frames to the garbage collector, and cameras have few.
      return void engine.close().then(close);
  }
});
