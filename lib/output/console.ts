/**
 * A console session, for the person who opens it.
 *
 * @module
 */
import { formatDuration } from "../duration.ts";
import { type EpochMillis, formatInstant } from "../time.ts";
import { jsonText } from "./json.ts";
import { type Field, fields } from "./layout.ts";
import { expiry } from "./moment.ts";
import type { ConsoleDocument } from "./schemas/console.ts";
import type { Style } from "./style.ts";

/** How long a console session lasts, and why. */
export interface ConsoleLength {
  readonly endsAt: EpochMillis;
  /** What was asked of AWS and taken; `undefined`: it ends with the credentials. */
  readonly seconds: number | undefined;
  /** Why what was wished was not, in words. */
  readonly note: string | undefined;
}

/** The console session; `undefined` is what does not apply or is not known. */
export interface ConsoleView {
  readonly provider: string | undefined;
  readonly identity: string;
  readonly account: string | undefined;
  readonly role: string | undefined;
  /** The page that it leads to. */
  readonly page: string;
  readonly length: ConsoleLength;
}

/** What became of opening it. */
export type Opening =
  /** A browser was started, with a profile of its own in this directory or as the person has it. */
  | { readonly type: "opened"; readonly profile: string | undefined }
  /** The link is shown instead. Whoever has it is logged in. */
  | { readonly type: "link"; readonly link: string };

/** The table of a console session, for stderr. */
export function consoleText(view: ConsoleView, opening: Opening, style: Style, now: EpochMillis): string {
  const { length: { endsAt, seconds, note } } = view;
  const rows: readonly Field[] = [
    ["Provider", view.provider],
    ["Identity", { text: view.identity, tone: "name" }],
    ["Account", view.account],
    ["Role", view.role],
    ["Page", view.page],
    ["Session Duration", seconds === undefined ? "as long as the credentials" : formatDuration(seconds)],
    ["Session Expires", expiry(endsAt, now)],
    ["Note", note],
    ["Browser profile", opening.type === "opened" ? opening.profile : undefined],
  ];
  const opened = opening.type === "opened";
  const title = opened ? "Opened the console in the browser" : "Console URL generated";
  const link = opened ? "" : `\n${LINK_WARNING}\n\n${opening.link}\n`;
  return `\n${style.good("✓")} ${title}\n\n${fields(rows, style)}${link}\n`;
}

/** For programs. Whoever has the link is logged in. */
export function consoleJson({ length, ...view }: ConsoleView, link: string): string {
  const document: ConsoleDocument = {
    url: link,
    page: view.page,
    provider: view.provider,
    identity: view.identity,
    account: view.account,
    role: view.role,
    expiration: formatInstant(length.endsAt),
    duration: length.seconds,
    note: length.note,
  };
  return jsonText(document);
}

const LINK_WARNING = "Open this within 15 minutes. It logs in whoever has it:";
