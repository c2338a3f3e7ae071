/** When the HUD is to be worked out anew: at once for the person, seldom for what flows in. */
export interface Schedule {
  /** The person did something: with the next frame. */
  byPerson(): void;
  /** Something flowed in: with the next frame that is due. */
  byData(): void;
  /** At this time at the latest, in milliseconds. */
  at(time: number): void;
  /** Whether this frame is due; if so the schedule starts over. */
  isDue(now: number): boolean;
  /** So many textures were uploaded because of data: that many turns must pass before data is shown again. */
  spent(uploads: number): void;
}

/** At most five uploads a second from incoming data: a turn each, in milliseconds. */
const TURN = 200;

export function createSchedule(): Schedule {
  let isByPerson = true;
  let isByData = false;
  let wake = Number.POSITIVE_INFINITY;
  let lastData = Number.NEGATIVE_INFINITY;
  let turns = 1;
  let isShowingData = false;

  return {
    byPerson() {
      isByPerson = true;
    },
    byData() {
      isByData = true;
    },
    at(time) {
      wake = Math.min(wake, time);
    },
    isDue(now) {
      const isDataDue = isByData && now - lastData >= TURN * turns;
      if (!isByPerson && !isDataDue && now < wake) return false;
      isShowingData = isByData;
      if (isByData) lastData = now;
      isByPerson = false;
      isByData = false;
      wake = Number.POSITIVE_INFINITY;
      return true;
    },
    spent(uploads) {
      if (isShowingData) turns = Math.max(1, uploads);
    },
  };
}
