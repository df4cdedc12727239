/**
 * The schemas of what commands print for programs, by the command's words behind `atmos auth`.
 *
 * Another command's output:
 * 1. a file of this room with its schema (`strictObject`, a title, and a description with the unit of everything),
 *    and with the type of its documents, which is `Document<typeof SCHEMA>`;
 * 2. a row below;
 * 3. the function that makes the document, in `lib/output/`, declares that type: `import type` only, since running
 *    commands load no schema;
 * 4. `deno task schema` writes `schema/<words>.schema.json`;
 * 5. a line in `tests/system/schemas_test.ts`.
 *
 * Every JSON that a transcript shows is then held against it, and a JSON without a row fails.
 *
 * @module
 */
import type * as v from "valibot";
import { CONSOLE } from "./console.ts";
import { DESCRIBE_COMPONENT } from "./describe_component.ts";
import { DESCRIBE_STACKS } from "./describe_stacks.ts";
import { DESCRIBE_WORKFLOWS } from "./describe_workflows.ts";
import { DOCTOR } from "./doctor.ts";
import { ENV } from "./env.ts";
import { EXPLAIN } from "./explain.ts";
import { IMPORT } from "./import.ts";
import { LIST } from "./list.ts";
import { LIST_ACCOUNTS } from "./list_accounts.ts";
import { LIST_COMPONENTS } from "./list_components.ts";
import { LIST_STACKS } from "./list_stacks.ts";
import { LIST_WORKFLOWS } from "./list_workflows.ts";
import { LOGOUT } from "./logout.ts";
import { PERMISSIONS } from "./permissions.ts";
import { TRUST } from "./trust.ts";
import { VALIDATE } from "./validate.ts";
import { WHOAMI } from "./whoami.ts";

export const OUTPUT_SCHEMAS: ReadonlyMap<string, v.GenericSchema> = new Map<string, v.GenericSchema>([
  ["console", CONSOLE],
  ["describe component", DESCRIBE_COMPONENT],
  ["describe stacks", DESCRIBE_STACKS],
  ["describe workflows", DESCRIBE_WORKFLOWS],
  ["doctor", DOCTOR],
  ["env", ENV],
  ["explain", EXPLAIN],
  ["import", IMPORT],
  ["list", LIST],
  ["list accounts", LIST_ACCOUNTS],
  ["list components", LIST_COMPONENTS],
  ["list stacks", LIST_STACKS],
  ["list workflows", LIST_WORKFLOWS],
  ["logout", LOGOUT],
  ["permissions", PERMISSIONS],
  ["trust", TRUST],
  ["validate", VALIDATE],
  ["whoami", WHOAMI],
]);

/** The name of the file in `schema/` for a command's words: `list accounts` is `list-accounts.schema.json`. */
export function schemaFile(command: string): string {
  return `${command.replaceAll(" ", "-")}.schema.json`;
}
