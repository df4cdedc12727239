/**
 * Kernel locks: flock(2) on an empty file (LockFileEx on Windows). The kernel releases a lock however its
 * process ends. The files are never removed, because a lock on a removed file excludes nobody.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { Files, LockWait } from "../host.ts";
import { attemptOnFile, failureOf } from "./failures.ts";
import { mayReadProc } from "./grants.ts";
import { sleep } from "./timing.ts";
import { within } from "../deadline.ts";

/** Report only longer waits: nobody needs to hear about a few milliseconds. */
const QUIET_MILLIS = 30;
const LONGEST_PAUSE_MILLIS = 60;

/**
 * `Files.lock`, with a queue for callers in this process: flock belongs to an open file, so without it they
 * would poll instead of taking turns.
 *
 * @param prepare checks the path and creates its directory
 */
export function lockKeeper(prepare: (path: string) => Promise<void>): Files["lock"] {
  const turns = new Map<string, Promise<void>>();
  return async (path, wait) => {
    const deadline = performance.now() + wait.deadlineMillis;
    const endTurn = await takeTurn(turns, path, deadline);
    try {
      await prepare(path);
      const file = await lockedFile(path, deadline, wait);
      return {
        [Symbol.asyncDispose]: () => {
          file.close();
          endTurn();
          return Promise.resolve();
        },
      };
    } catch (error) {
      endTurn();
      throw error;
    }
  };
}

async function takeTurn(
  turns: Map<string, Promise<void>>,
  path: string,
  deadline: number,
): Promise<() => void> {
  const before = turns.get(path);
  const { promise: ours, resolve: endTurn } = Promise.withResolvers<void>();
  const last = before === undefined ? ours : before.then(() => ours);
  turns.set(path, last);
  last.then(() => turns.get(path) === last && turns.delete(path));
  if (before !== undefined && !await settlesBefore(deadline, before)) {
    endTurn();
    throw timedOut(path, "this process");
  }
  return endTurn;
}

/** Opens and locks the file; closing it releases the lock. */
async function lockedFile(path: string, deadline: number, wait: LockWait): Promise<Deno.FsFile> {
  const file = await attemptOnFile(
    `lock ${path}`,
    () => Deno.open(path, { read: true, write: true, create: true, mode: 0o600 }),
  );
  const waiter = typeof file.tryLock === "function" ? pollingWaiter(file) : blockingWaiter(file);
  try {
    if (await waiter.locksBefore(Math.min(deadline, performance.now() + QUIET_MILLIS))) return file;
    const holder = await holderOf(path);
    wait.onWait?.(holder);
    if (await waiter.locksBefore(deadline)) return file;
    throw timedOut(path, holder);
  } catch (error) {
    waiter.giveUp();
    throw failureOf("file-failed", `lock ${path}`, error);
  }
}

function timedOut(path: string, holder: string | undefined): AuthError {
  return new AuthError("lock-timeout", `Cannot lock ${path}: ${holder ?? "another process"} holds it`, {
    hints: ["Wait for the other command to finish, or end it"],
  });
}

/** Waits for a file's lock; can be called again with a later deadline. */
interface Waiter {
  readonly locksBefore: (deadline: number) => Promise<boolean>;
  /** Closes the file, now or as soon as possible. */
  readonly giveUp: () => void;
}

function pollingWaiter(file: Deno.FsFile): Waiter {
  return {
    locksBefore: async (deadline) => {
      for (let pause = 2; !await file.tryLock(true); pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS)) {
        const left = deadline - performance.now();
        if (left <= 0) return false;
        // Jitter keeps many waiters from polling at the same time.
        await sleep(Math.min(left, pause * (0.5 + Math.random() / 2)));
      }
      return true;
    },
    giveUp: () => file.close(),
  };
}

/** For Deno 2.4, which has no `tryLock`: a blocking lock in another thread, which cannot be canceled. */
function blockingWaiter(file: Deno.FsFile): Waiter {
  const locked = file.lock(true);
  const close = () => file.close();
  return {
    locksBefore: (deadline) => settlesBefore(deadline, locked),
    giveUp: () => void locked.then(close, close),
  };
}

const settlesBefore = (deadline: number, promise: Promise<void>): Promise<boolean> =>
  within({ sleep }, deadline - performance.now(), promise.then(() => true), () => false);

/** The holder of a file's lock, as `process 4711`: from Linux's /proc/locks, if readable. */
async function holderOf(path: string): Promise<string | undefined> {
  if (Deno.build.os !== "linux" || !mayReadProc()) return undefined;
  try {
    const { ino, dev } = await Deno.stat(path);
    if (ino === null) return undefined;
    const look = async () => holderIn(await Deno.readTextFile("/proc/locks"), dev, ino);
    // The kernel returns the list in parts while locks change; a second read finds what the first missed.
    return await look() ?? await look();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Parses the lock list of proc(5): `1: FLOCK  ADVISORY  WRITE 4711 fe:00:1234 0 EOF`. Waiters have an arrow
 * before their kind; 0 is a process of another container.
 */
function holderIn(locks: string, dev: number, ino: number): string | undefined {
  const hex = (number: number) => number.toString(16).padStart(2, "0");
  // gnu_dev_major(3) and gnu_dev_minor(3), for device numbers of 32 bits.
  const place = `${hex((dev >>> 8) & 0xfff)}:${hex((dev & 0xff) | ((dev >>> 12) & 0xfff00))}:${ino}`;
  const line = locks.split("\n").find((each) => each.includes(" FLOCK ") && each.includes(` ${place} `));
  const pid = /^\d+: FLOCK +\S+ +\S+ +([1-9]\d*) /.exec(line ?? "")?.[1];
  return pid === undefined ? undefined : `process ${pid}`;
}
