/**
 * The accounts and roles of an Identity Center in their formats.
 *
 * @module
 */
import { jsonText } from "./json.ts";
import { type Cell, table } from "./layout.ts";
import type { AccountsDocument } from "./schemas/list_accounts.ts";
import type { Style } from "./style.ts";
import { yamlText } from "./yaml_text.ts";

/** An account that the person can see. */
export type ListedAccount = AccountsDocument["accounts"][number];

/** Everything one Identity Center offers. */
export type AccountsView = AccountsDocument;

/** What `list accounts --format` takes. */
export const ACCOUNT_FORMATS = ["table", "json", "yaml"] as const;
export type AccountFormat = typeof ACCOUNT_FORMATS[number];

/** The accounts in a format; ends with a newline. */
export function formatAccounts(format: AccountFormat, view: AccountsView, style: Style): string {
  switch (format) {
    case "table":
      return accountsTable(view, style);
    case "json":
      return jsonText(view);
    case "yaml":
      return yamlText(view);
  }
}

const HEADING = ["ACCOUNT", "NAME", "ROLE", "IDENTITY"] as const;

/** A row for each role, each with its account, so that a line found by `grep` is whole. */
function accountsTable({ accounts }: AccountsView, style: Style): string {
  const rows = accounts.flatMap(({ id, name, roles }) =>
    (roles.length === 0 ? [{ name: "", identities: [] }] : roles).map((role): readonly Cell[] => [
      id,
      { text: name, tone: "name" },
      role.name,
      role.identities.join(", "),
    ])
  );
  return table(HEADING, rows, style);
}
