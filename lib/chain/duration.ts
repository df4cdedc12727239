/**
 * How long a session is asked for. The wish written for a step beats one inherited from its provider; an inherited
 * one is shortened to what AWS allows there, with a notice.
 *
 * @module
 */
import { formatDuration } from "../duration.ts";
import type { Lifetime } from "../time.ts";
import type { RunnableIdentity } from "../config/types.ts";
import type { ChosenDuration, IdentityStep, ProviderStep } from "./types.ts";
import { CHAINED_ROLE_SECONDS, ROLE_SECONDS, USER_MFA_SECONDS, USER_SECONDS } from "../aws_durations.ts";

/** AWS dates the end by its own clock, we the beginning by ours: a minute's difference is none. */
const MINUTE_MILLIS = 60_000;

interface Limit {
  readonly seconds: number;
  readonly reason: string;
}

const ROLE_REASON = `the role's maximum session duration, ${formatDuration(ROLE_SECONDS.most)} at most`;
const CHAINED_REASON = `role chaining: a role assumed by a role session lasts ${
  formatDuration(CHAINED_ROLE_SECONDS.most)
} at most`;
const USER_REASON = `${formatDuration(USER_MFA_SECONDS.most)} with MFA, ${
  formatDuration(USER_SECONDS.most)
} without`;

/** @param previous the identity before this one in the chain, if any */
function limitOf(config: RunnableIdentity, previous: RunnableIdentity | undefined): Limit {
  switch (config.kind) {
    case "aws/permission-set":
      return { seconds: ROLE_SECONDS.most, reason: "the permission set's own session duration decides" };
    case "aws/user":
      return { seconds: USER_MFA_SECONDS.most, reason: USER_REASON };
    case "aws/assume-role":
      return previous === undefined || previous.kind === "aws/user"
        ? { seconds: ROLE_SECONDS.most, reason: ROLE_REASON }
        : {
          seconds: CHAINED_ROLE_SECONDS.most,
          reason: CHAINED_REASON,
        };
  }
}

function wishOf(
  name: string,
  config: RunnableIdentity,
  provider: ProviderStep | undefined,
): { readonly seconds: number; readonly from: string; readonly own: boolean } | undefined {
  const path = `auth.identities.${name}`;
  if (config.kind === "aws/assume-role" && config.durationSeconds !== undefined) {
    return { seconds: config.durationSeconds, from: `${path}.principal.duration`, own: true };
  }
  if (config.sessionSeconds !== undefined) {
    return { seconds: config.sessionSeconds, from: `${path}.session.duration`, own: true };
  }
  if (provider?.config.sessionSeconds !== undefined) {
    const from = `auth.providers.${provider.name}.session.duration`;
    return { seconds: provider.config.sessionSeconds, from, own: false };
  }
  return undefined;
}

/**
 * Chooses the duration of one step.
 *
 * @param previous the identity before this one in the chain; `undefined` directly behind a provider or at the root
 */
export function chooseDuration(
  name: string,
  config: RunnableIdentity,
  provider: ProviderStep | undefined,
  previous: RunnableIdentity | undefined,
): ChosenDuration {
  const limit = limitOf(config, previous);
  const wish = wishOf(name, config, provider);
  const shortened = wish !== undefined && !wish.own && wish.seconds > limit.seconds;
  return {
    seconds: shortened ? limit.seconds : wish?.seconds,
    from: wish?.from,
    own: wish?.own ?? false,
    limitSeconds: limit.seconds,
    limitReason: limit.reason,
    shortenedFrom: shortened ? wish.seconds : undefined,
  };
}

/**
 * What a person is told when an inherited wish was shortened: by a limit known before asking, or by the role's own
 * maximum. A permission set's length is AWS's affair, and no news.
 */
export function shorteningNotice(
  { name, config, duration }: IdentityStep,
  given: Lifetime,
): string | undefined {
  const { from, seconds, shortenedFrom, limitReason } = duration;
  const wished = shortenedFrom ?? seconds;
  if (from === undefined || wished === undefined || duration.own || config.kind !== "aws/assume-role") {
    return undefined;
  }
  const lasts = Math.round((given.expiresAt - given.issuedAt) / MINUTE_MILLIS) * 60;
  if (lasts >= wished) return undefined;
  const reason = shortenedFrom === undefined ? "the role's maximum session duration is shorter" : limitReason;
  return `The session of "${name}" is ${formatDuration(lasts)}, not the ${
    formatDuration(wished)
  } of ${from}: ${reason}`;
}
