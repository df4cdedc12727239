/**
 * Which workflow is meant: by its name, its file, or a question.
 *
 * @module
 */
import { didYouMean } from "../../config/nearest.ts";
import { AuthError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { resolvePath } from "../../paths.ts";
import {
  fileNamed,
  type Found,
  labelOf,
  type WorkflowFile,
  workflowFilesBelow,
  workflowsNamed,
} from "../../workflows/find.ts";
import type { Workflow } from "../../workflows/types.ts";
import { readWorkflows } from "../../workflows/workflow.ts";
import { usage } from "../line/flags.ts";
import type { OpenedProject } from "./project.ts";

/** Every file with workflows: those of the configuration first. */
export async function workflowFiles({ context, settings }: OpenedProject): Promise<readonly WorkflowFile[]> {
  const { host, loaded } = context;
  const { raw, directory } = loaded();
  const inline = byFile(readWorkflows(raw, true)).map(([path, workflows]): WorkflowFile => ({
    path,
    label: labelOf(host, path, directory),
    title: undefined,
    description: undefined,
    workflows,
    faults: [],
  }));
  return [...inline, ...await workflowFilesBelow(host, settings.workflowsDirectory)];
}

function byFile(workflows: readonly Workflow[]): readonly (readonly [string, readonly Workflow[]])[] {
  const paths = [...new Set(workflows.map(({ file }) => file))];
  return paths.map((path) => [path, workflows.filter(({ file }) => file === path)]);
}

/**
 * The file of that name alone, where one is named.
 *
 * @throws AuthError `not-found`
 */
export async function filesNamed(
  project: OpenedProject,
  name: string | undefined,
): Promise<readonly WorkflowFile[]> {
  const { host } = project.context;
  const all = await workflowFiles(project);
  return name === undefined
    ? all
    : [fileNamed(host, all, name, resolvePath(host.os, host.workingDirectory(), name))];
}

/**
 * The workflow that is meant. Without a name, and where several files have it, a person is asked.
 *
 * @throws AuthError `usage` with what there is when nobody can be asked; `not-found`
 */
export async function findWorkflow(
  project: OpenedProject,
  name: string | undefined,
  file: string | undefined,
): Promise<Found> {
  const { host } = project.context;
  const files = await filesNamed(project, file);
  if (name === undefined) return await chosen(host, everyOne(files), files);
  const found = workflowsNamed(files, name);
  const [first, second] = found;
  if (first === undefined) throw nothingNamed(files, name);
  return second === undefined ? first : await oneOfSeveral(host, found, name);
}

const everyOne = (files: readonly WorkflowFile[]): readonly Found[] =>
  files.flatMap(({ label, workflows }) => workflows.map((workflow) => ({ label, workflow })));

async function chosen(host: Host, all: readonly Found[], files: readonly WorkflowFile[]): Promise<Found> {
  const [first] = all;
  if (first === undefined) throw nothingNamed(files, undefined);
  const names = all.map(({ workflow }) => workflow.name);
  const text = ({ workflow, label }: Found) =>
    names.filter((name) => name === workflow.name).length > 1 ? `${workflow.name} (${label})` : workflow.name;
  if (host.prompt === undefined) {
    throw usage(
      "No workflow is named, and nobody can be asked",
      "Write `atmos workflow NAME`",
      `It can be ${all.map(text).join(", ")}`,
    );
  }
  return await picked(host, "Select a workflow:", all, text);
}

async function oneOfSeveral(host: Host, found: readonly Found[], name: string): Promise<Found> {
  if (host.prompt === undefined) {
    throw usage(
      `Cannot choose the workflow ${JSON.stringify(name)}: several files have it, and nobody can be asked`,
      ...found.map(({ workflow, label }) => `atmos workflow ${workflow.name} --file ${label}`),
    );
  }
  return await picked(
    host,
    `Several files have the workflow ${name}. Select one:`,
    found,
    ({ label }) => label,
  );
}

async function picked(
  { prompt, tell, screen }: Host,
  question: string,
  among: readonly Found[],
  text: (found: Found) => string,
): Promise<Found> {
  if (prompt === undefined) throw new TypeError("Nobody can be asked");
  const { choose } = await import("../../terminal/choose.ts");
  const answer = await choose({ prompt, tell, screen }, { question, options: among.map(text) });
  const found = among.find((one) => text(one) === answer);
  if (found === undefined) throw new TypeError("The answer is none of the options");
  return found;
}

function nothingNamed(files: readonly WorkflowFile[], name: string | undefined): AuthError {
  const names = [...new Set(everyOne(files).map(({ workflow }) => workflow.name))];
  const unread = files.flatMap(({ faults }) => faults);
  const message = name === undefined
    ? "Cannot choose a workflow: none is configured"
    : `Cannot find the workflow ${JSON.stringify(name)}`;
  return new AuthError("not-found", message, {
    hints: [
      ...[name === undefined ? undefined : didYouMean(name, names)].filter((hint) => hint !== undefined),
      ...unread.map(({ at, reason }) => `${at.file}:${at.line}:${at.column} could not be read: ${reason}`),
      "Run `atmos list workflows` to see what there is",
    ],
  });
}
