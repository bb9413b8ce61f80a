// SPDX-License-Identifier: MIT

import { useEffect, useState } from 'preact/hooks';

/** Seconds since it appeared: who waits sees that time goes on. */
export function Elapsed() {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const start = performance.now();
    const timer = setInterval(() => setSeconds(Math.round((performance.now() - start) / 1000)), 500);
    return () => clearInterval(timer);
  }, []);
  // Read out with what it stands in, and not once a second.
  return (
    <span class="elapsed" aria-hidden="true">
      {seconds} s
    </span>
  );
}
