/** The schema of `atmos auth console --format json`. @module */
import * as v from "valibot";
import { type Document, instant, seconds, text } from "./parts.ts";

export const CONSOLE = v.pipe(
  v.strictObject({
    url: text("Secret: the address that logs in whoever has it, within 15 minutes."),
    page: text("The page of the console that it leads to."),
    provider: v.optional(text("Where the chain starts; absent when that is an aws/user.")),
    identity: text("The identity."),
    account: v.optional(text("The account of the session: 12 digits.")),
    role: v.optional(text("The permission set, or the role's ARN.")),
    expiration: instant("When the console session ends"),
    duration: v.optional(seconds("What was asked of AWS and taken; absent: as long as the credentials last")),
    note: v.optional(text("Why the length is not what was wished.")),
  }),
  v.title("atmos auth console"),
  v.description("A console session, not opened yet."),
);

export type ConsoleDocument = Document<typeof CONSOLE>;
