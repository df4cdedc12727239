/** The schema of `atmos auth list accounts --format json`. @module */
import * as v from "valibot";
import { type Document, text, texts } from "./parts.ts";

const ROLE = v.strictObject({
  name: text("The permission set, which the access portal calls a role."),
  identities: texts("The identities of the configuration that stand for it."),
});

const ACCOUNT = v.strictObject({
  id: text("12 digits."),
  name: text("The account's name."),
  roles: v.pipe(v.array(ROLE), v.description("What one may become in it, sorted by name.")),
});

export const LIST_ACCOUNTS = v.pipe(
  v.strictObject({
    provider: text("The Identity Center."),
    accounts: v.pipe(v.array(ACCOUNT), v.description("Sorted by name, then by id.")),
  }),
  v.title("atmos auth list accounts"),
  v.description("The accounts and roles that an Identity Center offers."),
);

export type AccountsDocument = Document<typeof LIST_ACCOUNTS>;
