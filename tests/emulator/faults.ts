import { isRecord } from "./http.ts";
import type { Operation } from "./service.ts";
import type { Context } from "./state.ts";

/** What goes wrong. The first group breaks the answer, the second changes the world before the call is handled. */
export type Effect =
  /** The service refuses; `code` defaults to what AWS says with this status. `retryAfter` in seconds. */
  | { kind: "status"; status: number; code?: string; message?: string; retryAfter?: number }
  /** A status (default 500) without a body. */
  | { kind: "empty-body"; status?: number }
  /** What a proxy might say (default 200) in place of XML or JSON. */
  | { kind: "html"; status?: number }
  /** The right answer, cut in the middle of its body. */
  | { kind: "truncated" }
  /** The connection is closed before any answer. */
  | { kind: "closed" }
  /** No answer until the emulator is closed. */
  | { kind: "silent" }
  /** The right answer, late by this much real time. */
  | { kind: "slow"; milliseconds: number }
  /** A `Date` header that is off by this much. */
  | { kind: "date-skew"; milliseconds: number }
  /** A list answers with the page token it was asked with. */
  | { kind: "same-next-token" }
  | { kind: "revoke-refresh-tokens" }
  | { kind: "expire-access-tokens" }
  | { kind: "end-portal-sessions" }
  | { kind: "expire-registrations" }
  | { kind: "expire-credentials" }
  | { kind: "remove-assignment"; accountId: string; permissionSet: string };

export interface Fault {
  operation: Operation | "*";
  /** Which call from now on; default 1, the next one. */
  call?: number;
  /** How many calls in a row; default 1. */
  times?: number;
  effect: Effect;
}

export interface Faults {
  add(...faults: Fault[]): void;
  clear(): void;
  /** The effect for a call that has just come in, if one is due. */
  take(operation: Operation): Effect | undefined;
}

export function newFaults(): Faults {
  const queue: { operation: string; skip: number; left: number; effect: Effect }[] = [];
  return {
    add: (...faults) => {
      for (const { operation, call = 1, times = 1, effect } of faults) {
        queue.push({ operation, skip: call - 1, left: times, effect });
      }
    },
    clear: () => {
      queue.length = 0;
    },
    take: (operation) => {
      const matching = queue.filter((fault) => fault.operation === "*" || fault.operation === operation);
      const due = matching.find((fault) => fault.skip === 0 && fault.left > 0);
      for (const fault of matching) if (fault.skip > 0) fault.skip -= 1;
      if (due !== undefined) due.left -= 1;
      return due?.effect;
    },
  };
}

/** Changes of the world; the effects on answers are applied where answers are made. */
export function disrupt({ state, clock }: Context, effect: Effect): void {
  switch (effect.kind) {
    case "revoke-refresh-tokens":
      return state.refreshTokens.clear();
    case "expire-access-tokens":
      return state.accessTokens.clear();
    case "end-portal-sessions":
      for (const { session } of state.accessTokens.values()) session.ended = true;
      return;
    case "expire-registrations":
      return state.registrations.clear();
    case "expire-credentials":
      for (const credential of state.credentials.values()) {
        if (credential.sessionToken !== undefined) credential.expiresAt = clock.now();
      }
      return;
    case "remove-assignment":
      state.seed.assignments = state.seed.assignments.filter(({ accountId, permissionSet }) =>
        accountId !== effect.accountId || permissionSet !== effect.permissionSet
      );
  }
}

const NUMBERS: Readonly<Record<Effect["kind"], readonly string[]>> = {
  "status": ["status"],
  "empty-body": [],
  "html": [],
  "truncated": [],
  "closed": [],
  "silent": [],
  "slow": ["milliseconds"],
  "date-skew": ["milliseconds"],
  "same-next-token": [],
  "revoke-refresh-tokens": [],
  "expire-access-tokens": [],
  "end-portal-sessions": [],
  "expire-registrations": [],
  "expire-credentials": [],
  "remove-assignment": [],
};

/** Whether JSON from outside is a fault whose effect has what it needs. */
export function isFault(value: unknown): value is Fault {
  if (!isRecord(value) || typeof value["operation"] !== "string" || !isRecord(value["effect"])) return false;
  const effect = value["effect"];
  const numbers = Object.entries(NUMBERS).find(([kind]) => kind === effect["kind"])?.[1];
  return numbers?.every((name) => typeof effect[name] === "number") ?? false;
}

/** The code that AWS sends with a status when no other is asked for. */
export function defaultCode(status: number): string {
  if (status === 429) return "TooManyRequestsException";
  if (status === 503) return "ServiceUnavailable";
  return status >= 500 ? "InternalFailure" : "Throttling";
}
