// SPDX-License-Identifier: MIT

/** What a processed track has done since it was made. */
export interface TrackStatistics {
  /** Frames that the camera gave. */
  framesIn: number;
  /** Processed frames that were sent. */
  framesOut: number;
  /** Frames that were left out because another was under way when the next one came. */
  framesDropped: number;
  /** Frames in whose place something else was sent: black, the last processed one, or, where that was asked for, the camera's own. */
  framesHeld: number;
  /** Processed frames a second, over the last five seconds. */
  framesPerSecond: number;
  /**
   * Milliseconds from when a frame came in to when its processed picture was computed and sent, of the last 256: on average half of them
   * took less than the median, 95 of 100 less than the 95th percentile. NaN before the first.
   */
  latency: {
    /** Milliseconds. */
    median: number;
    /** Milliseconds. */
    percentile95: number;
  };
}

const kept = 256;
/** Milliseconds over which frames a second are counted. */
const span = 5000;

/** Counts, without making anything a frame. */
export class TrackMeter {
  framesIn = 0;
  framesDropped = 0;
  framesHeld = 0;
  private framesOut = 0;
  private measured = 0;
  private readonly latencies = new Float64Array(kept);
  private readonly sentAt = new Float64Array(kept);

  sent(now: number): void {
    this.sentAt[this.framesOut % kept] = now;
    this.framesOut++;
  }

  took(milliseconds: number): void {
    this.latencies[this.measured % kept] = milliseconds;
    this.measured++;
  }

  read(now: number): TrackStatistics {
    const { framesIn, framesOut, framesDropped, framesHeld } = this;
    const latencies = this.latencies.slice(0, Math.min(kept, this.measured)).sort();
    const rank = (part: number) => latencies[Math.ceil(part * latencies.length) - 1] ?? Number.NaN;
    return {
      framesIn,
      framesOut,
      framesDropped,
      framesHeld,
      framesPerSecond: this.framesPerSecond(now),
      latency: { median: rank(0.5), percentile95: rank(0.95) },
    };
  }

  private framesPerSecond(now: number): number {
    const times = this.sentAt.slice(0, Math.min(kept, this.framesOut)).sort();
    const recent = times.filter((time) => now - time < span);
    if (recent.length === 0) return 0;
    // Since the first frame, if that is more recent; and no further back than is remembered.
    const since = recent.length === times.length ? recent[0] : now - span;
    return (1000 * recent.length) / Math.max(1000, now - since);
  }
}

/** Of a track that has done nothing. */
export function emptyStatistics(): TrackStatistics {
  return new TrackMeter().read(0);
}
