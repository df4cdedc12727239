/**
 * A chain before anything ran, and what came of running it.
 *
 * @module
 */
import type { RunnableIdentity, RunnableProvider } from "../config/types.ts";
import type { AwsSession } from "../credentials.ts";

/** Where a chain starts. */
export interface ProviderStep {
  readonly name: string;
  readonly config: RunnableProvider;
}

/** How long a session is asked for, who asked, and which limit won. */
export interface ChosenDuration {
  /** What is asked of AWS, or kept by us as an upper bound; `undefined`: AWS's own default. */
  readonly seconds: number | undefined;
  /** The configuration path of the wish; `undefined`: nobody wished. */
  readonly from: string | undefined;
  /** Whether the wish was written for this very step, not inherited from its provider. */
  readonly own: boolean;
  /** The longest that AWS allows here, as far as it is known before asking. */
  readonly limitSeconds: number;
  /** Why the limit is what it is. */
  readonly limitReason: string;
  /** The inherited wish that was shortened to the limit. */
  readonly shortenedFrom: number | undefined;
}

/** What a chain passes through, with all that is inherited along the chain resolved. */
export interface IdentityStep<Config extends RunnableIdentity = RunnableIdentity> {
  readonly name: string;
  readonly config: Config;
  /** Put in by us between an Identity Center provider and an `aws/assume-role` that names it directly. */
  readonly inserted: boolean;
  /** Its own region, else its parents', else the provider's, else `us-east-1`. */
  readonly region: string;
  /** Whether any configuration names that region. */
  readonly regionKnown: boolean;
  /** `spec.endpoint_url` of the identity, else of the provider. */
  readonly endpointUrl: string | undefined;
  readonly duration: ChosenDuration;
}

/** A provider, then identities in the order they run; the last is the target. */
export interface ChainPlan {
  /** `undefined` when the first identity is its own root (`aws/user`). */
  readonly provider: ProviderStep | undefined;
  readonly identities: readonly [IdentityStep, ...IdentityStep[]];
}

/** One identity of a chain, as the stores know it. */
export interface Link {
  readonly step: IdentityStep;
  /** SHA-256 in hex over all that decides whose credentials these are, from the root to this step. */
  readonly digest: string;
}

/** A link's session, and where it rests. */
export interface LinkSession {
  readonly session: AwsSession;
  /** The section of the AWS files; `undefined` when it is in memory only. */
  readonly section: string | undefined;
}

/** Where sessions rest: AWS files, or memory. */
export interface SessionStore {
  readonly read: (link: Link) => Promise<LinkSession | undefined>;
  readonly write: (link: Link, session: AwsSession) => Promise<LinkSession>;
}

/** What became of one link in a run. */
export interface LinkOutcome extends LinkSession {
  readonly link: Link;
  /** Found as it was, or made in this run. */
  readonly source: "stored" | "made";
}

/** What came of running a chain. */
export interface ChainOutcome {
  readonly target: LinkOutcome;
  /** What a person should know: a shortened duration, something in hand used because a refresh failed. */
  readonly notices: readonly string[];
}

/** How much of what is stored may be used. */
export type Renewal =
  /** Whatever is fresh. */
  | "nothing"
  /** Everything but the target's own session. */
  | "target"
  /** Nothing: the provider's session is made anew too. */
  | "everything";
