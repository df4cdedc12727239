/**
 * What looking for workflows needs of the sandbox.
 *
 * @module
 */
import type { Context } from "../../../cli/run/context.ts";
import { workflowFiles } from "../../../cli/run/workflow_files.ts";

/** Looks for them, so that a host that notes what is touched does. */
export async function noteWorkflows(context: Context): Promise<void> {
  await workflowFiles({ context, settings: await context.settings() });
}
