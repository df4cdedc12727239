/**
 * Keeping a session fresh for as long as something needs it: the loop behind children that live longer than their
 * credentials.
 *
 * @module
 */
import type { AwsSession } from "../credentials.ts";
import { AuthError, isAuthError, messageOf } from "../errors.ts";
import type { Host } from "../host.ts";
import type { RenewalNews } from "../output/renewal.ts";
import { type EpochMillis, freshnessMargin, freshUntil, isAlive, isFresh } from "../time.ts";

/** Where the session comes from. */
export interface Renewable {
  /** What is kept of it now, by whoever made it. */
  readonly read: () => Promise<AwsSession | undefined>;
  /** Makes it anew, and asks nobody. */
  readonly make: () => Promise<AwsSession>;
}

/** What the loop needs of the world. */
export type RenewalHost = Pick<Host, "now" | "sleep">;

/** A machine that slept does not count the time: the clock is looked at this often. */
const LONGEST_SLEEP_MILLIS = 30_000;
const FIRST_PAUSE_MILLIS = 5000;
const LONGEST_PAUSE_MILLIS = 60_000;

/** What is known between two looks. */
interface State {
  readonly session: AwsSession;
  readonly trouble: Trouble | undefined;
}

/** Why the session is not fresh. */
interface Trouble {
  readonly error: AuthError;
  readonly attempts: number;
  /** Whether its end was told. */
  readonly endTold: boolean;
}

/**
 * Renews a session at the moment at which it is no longer fresh, again and again until it is called off. What is
 * unreachable is tried again; what a person must do is waited for: a session that somebody made elsewhere is taken.
 *
 * @param stop calls it off; the loop ends without an error
 */
export async function keepFresh(
  host: RenewalHost,
  session: AwsSession,
  renewable: Renewable,
  tell: (news: RenewalNews) => void,
  stop: AbortSignal,
): Promise<void> {
  const held: { state: State } = { state: { session, trouble: undefined } };
  while (await sleepUntil(host, nextLook(held.state, host.now()), stop)) {
    held.state = await look(host, held.state, renewable, tell);
  }
}

/** The first moment at which a session is not fresh. */
export function staleAt(session: AwsSession): EpochMillis {
  return Math.ceil(freshUntil(session));
}

/** Whether time alone may mend it. */
const isPassing = (error: AuthError): boolean =>
  isAuthError(error, "unreachable", "throttled", "bad-answer", "lock-timeout");

function nextLook({ session, trouble }: State, now: EpochMillis): EpochMillis {
  if (trouble === undefined) return Math.max(staleAt(session), now);
  const pause = isPassing(trouble.error)
    ? Math.min(firstPause(session) * 2 ** (trouble.attempts - 1), LONGEST_PAUSE_MILLIS)
    : LONGEST_SLEEP_MILLIS;
  const next = now + pause;
  return !trouble.endTold && session.expiresAt > now ? Math.min(next, session.expiresAt) : next;
}

/** A session of seconds leaves no time for a pause that is right for one of an hour. */
const firstPause = (session: AwsSession): number =>
  Math.min(FIRST_PAUSE_MILLIS, Math.max(freshnessMargin(session) / 4, 500));

/** @returns whether the moment came; `false` when it was called off */
async function sleepUntil(host: RenewalHost, moment: EpochMillis, stop: AbortSignal): Promise<boolean> {
  try {
    do {
      await host.sleep(Math.min(Math.max(moment - host.now(), 0), LONGEST_SLEEP_MILLIS), stop);
    } while (host.now() < moment);
  } catch (error) {
    if (!stop.aborted) throw error;
  }
  return !stop.aborted;
}

async function look(
  host: RenewalHost,
  state: State,
  renewable: Renewable,
  tell: (news: RenewalNews) => void,
): Promise<State> {
  const { session, trouble } = state;
  const found = await attempt(host, renewable, trouble === undefined || isPassing(trouble.error));
  if (found === undefined || isAuthError(found)) {
    const error = found ?? trouble?.error;
    return error === undefined ? state : { session, trouble: troubled(host.now(), state, error, tell) };
  }
  if (trouble !== undefined) tell({ type: "recovered", until: found.expiresAt });
  return { session: found, trouble: undefined };
}

/** A fresh session, made elsewhere or here, or why there is none; `undefined`: none, and none was to be made. */
async function attempt(
  host: RenewalHost,
  { read, make }: Renewable,
  mayMake: boolean,
): Promise<AwsSession | AuthError | undefined> {
  try {
    const kept = await read();
    if (kept !== undefined && isFresh(kept, host.now())) return kept;
    if (!mayMake) return undefined;
    const made = await make();
    // Without this a clock that is wrong would ask for one session after the other, without end.
    return isFresh(made, host.now()) ? made : endedAlready();
  } catch (error) {
    // Whatever it is, the child goes on with what it has.
    return isAuthError(error) ? error : new AuthError("failed", messageOf(error), { cause: error });
  }
}

function endedAlready(): AuthError {
  return new AuthError(
    "bad-answer",
    "the clock of this machine says that the new session has ended already",
    {
      hints: ["Set the clock of this machine"],
    },
  );
}

function troubled(
  now: EpochMillis,
  { session, trouble }: State,
  error: AuthError,
  tell: (news: RenewalNews) => void,
): Trouble {
  const hasEnded = !isAlive(session, now);
  const isNew = trouble === undefined || (isPassing(trouble.error) && !isPassing(error));
  if (isNew) tell({ type: "failed", error, again: isPassing(error), until: session.expiresAt });
  else if (hasEnded && !trouble.endTold) tell({ type: "ended" });
  return { error, attempts: (trouble?.attempts ?? 0) + 1, endTold: hasEnded };
}
