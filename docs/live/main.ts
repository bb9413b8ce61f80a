// SPDX-License-Identifier: MIT

import { mountSliders } from './sliders.js';

const place = document.querySelector<HTMLElement>('[data-live=sliders]');
if (place) {
  mountSliders(place).catch((error) => {
    place.textContent = String(error);
  });
}
