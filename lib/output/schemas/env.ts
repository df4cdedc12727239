/** The schema of `atmos auth env --format json`. @module */
import * as v from "valibot";
import { type Document, instant, text } from "./parts.ts";

export const ENV = v.pipe(
  v.objectWithRest({
    AWS_ACCESS_KEY_ID: v.exactOptional(text("The id of the session's access key.")),
    AWS_SECRET_ACCESS_KEY: v.exactOptional(text("Secret.")),
    AWS_SESSION_TOKEN: v.exactOptional(text("Secret.")),
    AWS_REGION: v.exactOptional(text("The region to work in.")),
    AWS_DEFAULT_REGION: v.exactOptional(text("The same, for other SDKs.")),
    AWS_CREDENTIAL_EXPIRATION: v.exactOptional(instant("When the session ends")),
    AWS_SHARED_CREDENTIALS_FILE: v.exactOptional(text("Where the session is kept, with --files.")),
    AWS_CONFIG_FILE: v.exactOptional(text("Where its region is kept, with --files.")),
    AWS_PROFILE: v.exactOptional(text("The section of both files, with --files.")),
  }, v.pipe(v.string(), v.description("A variable of the identity's own `env`."))),
  v.title("atmos auth env"),
  v.description("The variables of a session by name; none while authentication is off."),
);

export type EnvDocument = Document<typeof ENV>;
