/** The schema of `atmos auth whoami --output json`. @module */
import * as v from "valibot";
import { DISABLED, type Document, flag, instant, text, word } from "./parts.ts";

const STATE = ["valid", "expired", "absent"] as const;

const STEP = v.strictObject({
  name: text("The provider or identity; ` (inserted)` follows a step that stands in no `via`."),
  kind: text("Its kind, such as aws/permission-set."),
  status: v.optional(word(STATE, "Whether what is kept of it may be used; absent: nobody looked.")),
  expiration: v.optional(instant("When what is kept of it ends")),
  found: v.optional(text("Where it is kept: a file with its section, a keyring, memory.")),
});

const IDENTITY = v.pipe(
  v.strictObject({
    realm: v.optional(text("The boundary that keeps projects' credentials apart, where one is set.")),
    realm_source: v.optional(word(["env", "config"], "Where the realm was set.")),
    provider: text("Where the chain starts; empty for an aws/user."),
    identity: text("The identity."),
    principal: text("The ARN that AWS knows the session by; empty when it is not known."),
    account: v.optional(text("The account of the session: 12 digits.")),
    region: v.optional(text("The region to work in.")),
    expiration: v.optional(instant("When the session ends")),
    environment: v.pipe(
      v.record(v.string(), v.string()),
      v.description("The variables that lead a program to the session; no secret is among them."),
    ),
    paths: v.optional(v.pipe(
      v.array(v.strictObject({
        location: text("Absolute path."),
        type: v.pipe(v.literal("file"), v.description("What it is.")),
      })),
      v.description("The files that hold the session."),
    )),
    last_updated: v.optional(instant("When the session was made")),
    status: word(STATE, "Whether there is a session that may be used."),
    verified: v.optional(flag("What AWS says of the session, with --verify.")),
    reason: v.optional(text("Why there is no session that may be used.")),
    chain: v.pipe(v.array(STEP), v.description("From the root to the identity.")),
  }),
  v.title("An identity and its session"),
);

export const WHOAMI = v.pipe(
  v.union([IDENTITY, DISABLED]),
  v.title("atmos auth whoami"),
  v.description("Who one is, and what of the chain is in hand. Exit code 3 says that somebody must log in."),
);

export type WhoamiDocument = Document<typeof IDENTITY>;
