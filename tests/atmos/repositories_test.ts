/** What Atmos makes of small repositories: see `README.md`. */
import assert from "node:assert/strict";
import { isAuthError } from "../../lib/errors.ts";
import { loadComponent } from "../../lib/stacks/find.ts";
import { listStacks, type Project } from "../../lib/stacks/loader.ts";
import { listedStacks } from "../../lib/stacks/overview.ts";
import { providersFile } from "../../lib/stacks/program_files.ts";
import type { Component } from "../../lib/stacks/types.ts";
import { plainValue } from "../../lib/stacks/values.ts";
import { projectOf } from "../stacks/setup.ts";

interface Expected {
  readonly says: string;
  /** Where Atmos's manual says so. */
  readonly pages: readonly string[];
  /** Components that can be worked on, by stack. */
  readonly stacks?: Readonly<Record<string, readonly string[]>>;
  /** By `STACK COMPONENT`. */
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const HERE = new URL("./", import.meta.url);

/** The texts of a directory, by path below it. */
async function textsIn(directory: URL, below = ""): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) Object.assign(found, await textsIn(new URL(`${name}/`, directory), `${below}${name}/`));
    else found[below + name] = await Deno.readTextFile(new URL(name, directory));
  }
  return found;
}

/** What a component is, as far as it is asked for. */
function said(component: Component, key: string): unknown {
  switch (key) {
    case "stack":
    case "workspace":
    case "folder":
    case "command":
    case "isLocked":
      return component[key];
    case "backend":
      return component.backend === undefined
        ? undefined
        : [component.backend.type, plainValue(component.backend.config)];
    case "providersFile":
      return JSON.parse(providersFile(component)?.text ?? "null");
    default: {
      const section = component.sections.entries.get(key)?.value;
      return section === undefined ? undefined : plainValue(section);
    }
  }
}

async function made(project: Project, target: string, keys: readonly string[]): Promise<unknown> {
  const [stack = "", name = ""] = target.split(" ");
  try {
    const component = await loadComponent(project, { type: "terraform", name, stack });
    return Object.fromEntries(keys.map((key) => [key, said(component, key)]));
  } catch (error) {
    if (!isAuthError(error)) throw error;
    return { refused: error.message };
  }
}

const names = (await Array.fromAsync(Deno.readDir(HERE))).filter(({ isDirectory }) => isDirectory)
  .map(({ name }) => name).sort();

for (const name of names) {
  Deno.test(`repository ${name}`, async () => {
    const { "expected.json": text = "", ...files } = await textsIn(new URL(`${name}/`, HERE));
    const expected: Expected = JSON.parse(text);
    assert.ok(expected.says !== "" && expected.pages.length > 0);
    for (const page of expected.pages) assert.match(page, /^https:\/\/atmos\.tools\/[\w/#-]+$/);
    const project = await projectOf(files);
    if (expected.stacks !== undefined) {
      const stacks = listedStacks(await listStacks(project));
      assert.deepEqual(
        Object.fromEntries(stacks.map(({ name, components }) => [name, components])),
        expected.stacks,
      );
    }
    for (const [target, wanted] of Object.entries(expected.components)) {
      assert.deepEqual(await made(project, target, Object.keys(wanted)), wanted, target);
    }
  });
}
