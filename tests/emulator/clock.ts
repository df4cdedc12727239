/** A moment in milliseconds since the epoch. */
export type EpochMillis = number;

/** The emulator's clock: it runs like its base clock, from wherever it was last put. */
export interface Clock {
  now(): EpochMillis;
  advance(milliseconds: number): void;
  set(moment: EpochMillis): void;
}

/** A clock over `base` (default: the machine's), which a test may share with the client it drives. */
export function newClock(base: () => EpochMillis = Date.now): Clock {
  let offset = 0;
  return {
    now: () => base() + offset,
    advance: (milliseconds) => {
      offset += milliseconds;
    },
    set: (moment) => {
      offset = moment - base();
    },
  };
}

/** `2026-11-23T12:00:00Z`, the form of STS and IAM. */
export function isoSeconds(moment: EpochMillis): string {
  return new Date(moment).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** `20261123T120000Z`, the form of SigV4. */
export function isoBasic(moment: EpochMillis): string {
  return isoSeconds(moment).replaceAll(/[-:]/g, "");
}

/** Reads the form of SigV4; `undefined` when it is not one. */
export function parseIsoBasic(text: string): EpochMillis | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  const moment = Date.UTC(year, month - 1, day, hour, minute, second);
  return isoBasic(moment) === text ? moment : undefined;
}
