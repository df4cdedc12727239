/** Projects from texts: `atmos.yaml` and manifests below `/work/stacks`. */
import { readConfig } from "../../lib/config/load.ts";
import type { LoadedConfig } from "../../lib/config/types.ts";
import { componentConfig, findComponent, loadComponent, type Wanted } from "../../lib/stacks/find.ts";
import { loadProject, type Project } from "../../lib/stacks/loader.ts";
import type { Component, ComponentType } from "../../lib/stacks/types.ts";
import { type Plain, plainValue } from "../../lib/stacks/values.ts";
import { fakeHost, type FakeHostInit } from "../fake_host.ts";

export { yaml } from "../config/setup.ts";

/** A configuration that names stacks by `vars.stage`. */
export const BY_STAGE = `base_path: "."
stacks:
  base_path: stacks
  included_paths: ["deploy/**/*"]
  excluded_paths: ["**/_defaults.yaml"]
  name_pattern: "{stage}"
components:
  terraform:
    base_path: components/terraform
`;

/** Files below `/work`: `atmos.yaml` is {@linkcode BY_STAGE} unless it is given. */
export async function projectOf(
  files: Readonly<Record<string, string>>,
  init: FakeHostInit = {},
): Promise<Project> {
  const all = Object.entries({ "atmos.yaml": BY_STAGE, ...files })
    .map(([path, text]) => [path.startsWith("/") ? path : `/work/${path}`, text]);
  const host = fakeHost({
    ...init,
    files: { ...Object.fromEntries(all), ...init.files },
    env: { HOME: "/home/me", ...init.env },
  });
  return await loadProject(await readConfig(host));
}

/** A component of a project. */
export async function componentOf(
  files: Readonly<Record<string, string>>,
  name: string,
  stack: string,
  init: FakeHostInit & { readonly type?: ComponentType } = {},
): Promise<Component> {
  return await loadComponent(await projectOf(files, init), { type: init.type ?? "terraform", name, stack });
}

/** The configuration as a component has it. */
export async function configOf(
  files: Readonly<Record<string, string>>,
  wanted: Wanted,
  init: FakeHostInit = {},
): Promise<LoadedConfig> {
  const project = await projectOf(files, init);
  return await componentConfig(project.reading, await findComponent(project, wanted));
}

/** A section as plain values. */
export function plain(component: Component, section: string): Plain | undefined {
  const value = component.sections.entries.get(section)?.value;
  return value === undefined ? undefined : plainValue(value);
}
