/** The schema of `atmos auth explain --format json`. @module */
import * as v from "valibot";
import { DISABLED, type Document, flag, instant, seconds, text, texts, word } from "./parts.ts";

const DURATION = v.strictObject({
  seconds: v.optional(seconds("What is asked for; absent: AWS's default")),
  from: v.optional(text("The setting that asks for it.")),
  shortened_from: v.optional(seconds("What that setting wants, where it is more than the limit")),
  limit_seconds: seconds("The most that AWS gives"),
  limit_reason: text("Why that is the most."),
});

const STEP = v.strictObject({
  name: text("The provider or identity."),
  kind: text("Its kind, such as aws/permission-set."),
  inserted: flag("Whether it stands in no `via`, and was put in."),
  becomes: v.optional(text("What one becomes by it: a permission set in an account, or a role's ARN.")),
  state: v.optional(
    word(["fresh", "stale", "expired", "absent"], "What is in hand of it; absent: nobody looked."),
  ),
  place: v.optional(
    text("Where it is kept, when that is no session in a file; or why the session in the file is not used."),
  ),
  action: word(["use", "renew", "make", "nothing"], "What a login would do with it."),
  expiration: v.optional(instant("When what is in hand of it ends")),
  duration: v.optional(v.pipe(DURATION, v.description("How long its session lasts, and why."))),
});

const LOGIN = v.pipe(
  v.strictObject({
    identity: text("The identity."),
    kind: text("Its kind."),
    ready: flag("Whether `env` and `exec` would use the session in hand as it is."),
    needs_trust: v.optional(v.pipe(
      v.array(v.strictObject({
        path: text("The configuration path of a value."),
        does: text("What it would do."),
      })),
      v.description("What takes effect only once it is trusted; then nothing else of it is shown."),
    )),
    chain: v.pipe(v.array(STEP), v.description("From the root to the identity.")),
    questions: texts("What a person would be asked."),
    variables: v.pipe(
      v.record(v.string(), v.nullable(v.string())),
      v.description("What a child of `exec` gets; null is a value that only a login makes."),
    ),
    overrides: v.pipe(
      v.array(v.strictObject({
        name: text("A variable of this environment."),
        effect: text("What becomes of it."),
      })),
      v.description("Variables of this environment that are in the way of the session."),
    ),
  }),
  v.title("What a login would do"),
);

export const EXPLAIN = v.pipe(
  v.union([LOGIN, DISABLED]),
  v.title("atmos auth explain"),
  v.description("What a login would do, without doing it."),
);

export type ExplainDocument = Document<typeof LOGIN>;
