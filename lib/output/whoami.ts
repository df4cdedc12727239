/**
 * Who one is: an identity, the chain to it, and what of that chain is in hand.
 *
 * @module
 */
import { type EpochMillis, formatInstant } from "../time.ts";
import { jsonText } from "./json.ts";
import { type Cell, type Field, fields, paint, table } from "./layout.ts";
import { dateTime, expiry } from "./moment.ts";
import type { WhoamiDocument } from "./schemas/whoami.ts";
import type { Style, Tone } from "./style.ts";

/** Whether what is in hand may be used. */
export type HoldState = "valid" | "expired" | "absent";

/** One step of the chain and what is in hand of it. */
export interface HeldStep {
  readonly name: string;
  readonly kind: string;
  /** `undefined`: nobody looked. */
  readonly state: HoldState | undefined;
  readonly expiresAt: EpochMillis | undefined;
  /** Where it was found: a file with its section, a keyring, memory. */
  readonly found: string | undefined;
}

/** Everything `whoami` shows; `undefined` is what is not known. */
export interface WhoamiView {
  readonly identity: string;
  readonly kind: string;
  readonly provider: string | undefined;
  readonly realm: { readonly name: string; readonly source: "env" | "config" } | undefined;
  readonly state: HoldState;
  /** From root to target. */
  readonly chain: readonly HeldStep[];
  readonly principal: string | undefined;
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly issuedAt: EpochMillis | undefined;
  readonly expiresAt: EpochMillis | undefined;
  /** How long a session is asked for and which limit won, in words. */
  readonly duration: string | undefined;
  /** What STS said of the session: `undefined` when it was not asked. */
  readonly verified: boolean | undefined;
  /** Why there is no usable session. */
  readonly reason: string | undefined;
  /** What to do about it. */
  readonly advice: string | undefined;
  /** The variables a child would get; no secret is among them. */
  readonly environment: Readonly<Record<string, string>>;
  /** The files that hold the session. */
  readonly paths: readonly string[];
}

/** For people. */
export function whoamiText(view: WhoamiView, style: Style, now: EpochMillis): string {
  const good = view.state === "valid" && view.verified !== false;
  const rows: readonly Field[] = [
    ["Realm", view.realm && `${view.realm.name} (${view.realm.source})`],
    ["Provider", view.provider],
    ["Identity", { text: view.identity, tone: "name" }],
    ["Kind", view.kind],
    ["Principal", view.principal],
    ["Account", view.account],
    ["Region", view.region],
    ["Expires", view.expiresAt === undefined ? "no session" : expiryCell(view.expiresAt, now)],
    ["Duration", view.duration],
    [
      "Verified",
      view.verified === undefined ? undefined : view.verified ? "yes, by AWS STS" : "no: AWS rejects it",
    ],
    ["Last Updated", view.issuedAt === undefined ? undefined : dateTime(view.issuedAt)],
  ];
  const steps = view.chain.map((step): readonly Cell[] => [
    step.name,
    step.kind,
    step.expiresAt === undefined ? "-" : expiryCell(step.expiresAt, now),
    step.found ?? "-",
  ]);
  const mark = good ? style.good("✓") : style.bad("✗");
  return `${mark} Current Authentication Status\n\n${fields(rows, style)}\n` +
    table(["CHAIN", "KIND", "EXPIRES", "FOUND IN"], steps, style) +
    (view.reason === undefined ? "" : `\n  ${paint({ text: view.reason, tone: "soon" }, style)}\n`) +
    (view.advice === undefined ? "" : `  ${paint(view.advice, style)}\n`);
}

/** The keys that programs written for Atmos know, then ours: `status`, `verified`, `reason`, `chain`. */
export function whoamiJson(view: WhoamiView): string {
  const document: WhoamiDocument = {
    ...(view.realm === undefined ? {} : { realm: view.realm.name, realm_source: view.realm.source }),
    provider: view.provider ?? "",
    identity: view.identity,
    principal: view.principal ?? "",
    account: view.account,
    region: view.region,
    expiration: view.expiresAt === undefined ? undefined : formatInstant(view.expiresAt),
    environment: view.environment,
    paths: view.paths.length === 0 ? undefined : view.paths.map((location) => ({ location, type: "file" })),
    last_updated: view.issuedAt === undefined ? undefined : formatInstant(view.issuedAt),
    status: view.state,
    verified: view.verified,
    reason: view.reason,
    chain: view.chain.map((step): WhoamiDocument["chain"][number] => ({
      name: step.name,
      kind: step.kind,
      status: step.state,
      expiration: step.expiresAt === undefined ? undefined : formatInstant(step.expiresAt),
      found: step.found,
    })),
  };
  return jsonText(document);
}

const SOON_MILLIS = 15 * 60_000;

/** An expiry with the tone of its nearness: as Atmos, the last quarter of an hour stands out. */
export function expiryTone(at: EpochMillis, now: EpochMillis): Tone {
  return at <= now ? "bad" : at - now <= SOON_MILLIS ? "soon" : "good";
}

function expiryCell(at: EpochMillis, now: EpochMillis): Cell {
  return { text: expiry(at, now), tone: expiryTone(at, now) };
}
