/**
 * Where workflows are: in the configuration itself, and in the files below `workflows.base_path`.
 *
 * @module
 */
import { resolveEnvTags } from "../config/env_tag.ts";
import { expandGlob } from "../config/glob.ts";
import { textAt } from "../config/raw.ts";
import { readYaml } from "../config/read_yaml.ts";
import type { YamlIssue } from "../config/yaml.ts";
import { AuthError, isAuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { LIMITS, overLimit } from "../limits.ts";
import { baseName, isInside, joinPath } from "../paths.ts";
import type { Fault, Workflow } from "./types.ts";
import { readWorkflows } from "./workflow.ts";

/** A file with workflows. */
export interface WorkflowFile {
  readonly path: string;
  /** What is written behind `--file`: the path below the workflows' directory, else as it can be found from here. */
  readonly label: string;
  /** `name` and `description` of the file itself. */
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly workflows: readonly Workflow[];
  /** What keeps the file from being read at all. */
  readonly faults: readonly Fault[];
}

type FileHost = Pick<Host, "files" | "os" | "env">;

/** The files below a directory, sorted by label; none when there is no such directory. */
export async function workflowFilesBelow(
  host: FileHost,
  directory: string,
): Promise<readonly WorkflowFile[]> {
  const paths = (await expandGlob(host.files, host.os, directory, "**/*")).filter(isYaml);
  if (paths.length > LIMITS.files.most) {
    throw new AuthError("config-invalid", `Cannot read the workflows in ${directory}: ${overLimit("files")}`);
  }
  const files: WorkflowFile[] = [];
  for (const path of paths) {
    const file = await readWorkflowFile(host, path, labelOf(host, path, directory));
    if (file !== undefined) files.push(file);
  }
  return files.toSorted((a, b) => (a.label < b.label ? -1 : 1));
}

const isYaml = (path: string) => /\.ya?ml$/i.test(path);

/** A path below a directory with `/` between its names; any other as it is. */
export function labelOf({ os }: Pick<Host, "os">, path: string, directory: string): string {
  if (!isInside(os, path, directory) || path === directory) return path;
  return path.slice(joinPath(os, directory).length).replace(/^[\\/]+/, "").replaceAll("\\", "/");
}

/**
 * Reads one file.
 *
 * @returns `undefined` when there is none
 */
export async function readWorkflowFile(
  { files, env }: FileHost,
  path: string,
  label: string,
): Promise<WorkflowFile | undefined> {
  const nothing = { path, label, title: undefined, description: undefined, workflows: [], faults: [] };
  const bytes = await readOrFault(files, path);
  if (bytes === undefined) return undefined;
  if (!(bytes instanceof Uint8Array)) return { ...nothing, faults: [bytes] };
  const { root, issues } = await readYaml(new TextDecoder().decode(bytes), path);
  const whole = issues.filter((issue) => issue.path === undefined);
  if (whole.length > 0) return { ...nothing, faults: whole.map(faultOf) };
  const resolved = resolveEnvTags(root, env);
  const workflows = resolved.type === "map" ? readWorkflows(resolved, false) : [];
  return {
    ...nothing,
    title: textAt(resolved, "name"),
    description: textAt(resolved, "description"),
    workflows: workflows.map((workflow) => withIssues(workflow, issues)),
  };
}

/** One file that cannot be read hides no other. */
async function readOrFault(
  files: FileHost["files"],
  path: string,
): Promise<Uint8Array | Fault | undefined> {
  try {
    return await files.readBytes(path);
  } catch (error) {
    if (!isAuthError(error, "file-failed")) throw error;
    const at = { file: path, line: 1, column: 1 };
    return { severity: "error", path: [], at, reason: error.message, hint: error.hints[0] };
  }
}

/** What is wrong with the text goes to the workflow that it stands in; what stands in none, to all. */
function withIssues(workflow: Workflow, issues: readonly YamlIssue[]): Workflow {
  const own = issues.filter(({ path }) => path?.[1] === undefined || path[1] === workflow.name);
  return { ...workflow, faults: [...own.map(faultOf), ...workflow.faults] };
}

function faultOf({ severity, path, at, reason, hint }: YamlIssue): Fault {
  return { severity, path: path ?? [], at, reason, hint };
}

/** A workflow with the file that it is found in. */
export interface Found {
  readonly workflow: Workflow;
  readonly label: string;
}

/** Workflows of a name in all files: exactly as written, else whatever the case. */
export function workflowsNamed(files: readonly WorkflowFile[], name: string): readonly Found[] {
  const all = files.flatMap(({ workflows, label }) => workflows.map((workflow) => ({ workflow, label })));
  const exact = all.filter(({ workflow }) => workflow.name === name);
  const folded = name.toLowerCase();
  return exact.length > 0 ? exact : all.filter(({ workflow }) => workflow.name.toLowerCase() === folded);
}

/**
 * The file that `--file` names: a label with or without its extension, a path, or the name of the configuration's file.
 *
 * @param path what the person wrote, as an absolute path
 * @throws AuthError `not-found` with the files that there are
 */
export function fileNamed(
  host: Pick<Host, "os">,
  files: readonly WorkflowFile[],
  wanted: string,
  path: string,
): WorkflowFile {
  const ends = ["", ".yaml", ".yml"];
  const is = (text: string, one: string) => ends.some((end) => text === `${one}${end}`);
  const label = wanted.replaceAll("\\", "/").replace(/^\.\//, "");
  const found = files.find((file) => is(file.label, label)) ?? files.find((file) => is(file.path, path)) ??
    files.find((file) => baseName(host.os, file.path) === label);
  if (found !== undefined) return found;
  const labels = files.map((file) => file.label);
  throw new AuthError("not-found", `Cannot find the workflow file ${JSON.stringify(wanted)}`, {
    hints: [labels.length === 0 ? "There is no file with workflows" : `There are ${labels.join(", ")}`],
  });
}
