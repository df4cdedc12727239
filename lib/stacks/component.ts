/**
 * A component of a stack, made whole from its layers.
 *
 * @module
 */
import { describeNode, isNull, type RawEntry, type RawMap } from "../config/raw.ts";
import type { Problem } from "../config/types.ts";
import { AuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { joinPath } from "../paths.ts";
import { switchOf } from "../switch.ts";
import { mergeAuth } from "./auth.ts";
import { backendOf, type StateSource, workspaceOf } from "./backend.ts";
import { baseNameOf } from "./bases.ts";
import { type Layers, layersOf } from "./layers.ts";
import { mergeContent, mergeSections } from "./merge.ts";
import { resolveSections, type ValueFault } from "./resolve.ts";
import { variableText } from "./settings.ts";
import type { Component, ComponentTarget, ProjectSettings, Stack } from "./types.ts";
import { entryFor, isVariableName, mapIn, valueIn, withEntries, wordIn } from "./values.ts";

/** What a component is made with, beside its stack. */
export interface ComponentSource extends Pick<Host, "env" | "os"> {
  readonly settings: ProjectSettings;
  /** `auth:` and `env:` of `atmos.yaml`. */
  readonly auth: RawMap | undefined;
  readonly commonEnv: RawMap | undefined;
}

/** A component, and what is wrong with it. */
export interface MadeComponent {
  readonly component: Component;
  /** What stands in values that a run would use. */
  readonly faults: readonly ValueFault[];
  /** What is odd in its authentication, beside what decoding it finds. */
  readonly authProblems: readonly Problem[];
}

/**
 * Makes a component of a stack that has it.
 *
 * @throws AuthError `config-invalid` when it inherits from what is not there, naming the file and line
 */
export function makeComponent(stack: Stack, target: ComponentTarget, source: ComponentSource): MadeComponent {
  const { settings, os } = source;
  const { type, name } = target;
  const layers = layersOf(stack, type, name, settings.stacks);
  assertWhole(layers, target);
  const { sections: merged, found } = mergedSections(layers, stack, source);
  const { sections, faults } = resolveSections(merged, {
    env: source.env,
    hasTemplates: settings.stacks.hasTemplates,
  });
  const baseName = baseNameOf(stack, type, name);
  const folder = wordIn(sections, "metadata", "component") || baseName;
  const state: StateSource = {
    name,
    stack: stack.name,
    baseName,
    sections,
    commonBackend: mapIn(stack.root, type, "backend"),
    ownBackend: mapIn(layers.inner.at(-1), "backend"),
    writtenBackend: mapIn(merged, "backend"),
    separator: settings.terraform.prefixSeparator,
  };
  const backend = backendOf(state);
  const enabled = settings.terraform.workspacesEnabled;
  const component: Component = {
    type,
    name,
    stack: stack.name,
    file: stack.file,
    directory: joinPath(os, settings[type].directory, folder),
    folder,
    inherits: layers.inherits,
    isAbstract: wordIn(sections, "metadata", "type") === "abstract",
    isEnabled: switchOf(wordIn(sections, "metadata", "enabled") ?? "") ?? true,
    isLocked: switchOf(wordIn(sections, "metadata", "locked") ?? "") ?? false,
    command: wordIn(sections, "command") || undefined,
    sections,
    vars: mapIn(sections, "vars") ?? nothing(sections),
    env: environmentOf(sections),
    backend,
    providers: mapIn(sections, "providers") ?? nothing(sections),
    workspace: type === "terraform" ? workspaceOf(state, { type: backend?.type, enabled }) : undefined,
  };
  return {
    component,
    faults: [...faults, ...switchFaults(sections), ...nameFaults(sections), ...backendFaults(sections)],
    authProblems: found,
  };
}

/** A lock that is misspelt must not be none. */
function switchFaults(sections: RawMap): readonly ValueFault[] {
  return ["enabled", "locked"].flatMap((key) => {
    const value = valueIn(sections, "metadata", key);
    if (value === undefined || isNull(value) || value.type === "tag" || value.type === "unset") return [];
    if (value.type === "scalar" && switchOf(value.text) !== undefined) return [];
    const reason = `${
      value.type === "scalar" ? JSON.stringify(value.text) : describeNode(value)
    } is neither true nor false`;
    return [{ path: `metadata.${key}`, at: value.at, reason }];
  });
}

/** Another variable must not be set by the name of one: it would count above the session's. */
function nameFaults(sections: RawMap): readonly ValueFault[] {
  return [...mapIn(sections, "env")?.entries.values() ?? []].flatMap(({ key, keyAt }) =>
    isVariableName(key)
      ? []
      : [{ path: "env", at: keyAt, reason: `${JSON.stringify(key)} cannot be the name of a variable` }]
  );
}

/** A backend that is emptied would be another one: the state would lie elsewhere. */
function backendFaults(sections: RawMap): readonly ValueFault[] {
  const type = wordIn(sections, "backend_type") ?? "";
  const value = valueIn(sections, "backend", type);
  if (value === undefined || value.type === "map") return [];
  const path = `backend.${type}`;
  return [{ path, at: value.at, reason: `\`${path}\` should be a map, and is ${describeNode(value)}` }];
}

const nothing = (near: RawMap): RawMap => ({ ...near, entries: new Map() });

/** Further reasons that are shown. */
const MAX_MORE = 10;

function assertWhole({ faults: [first, ...more] }: Layers, { name, stack }: ComponentTarget): void {
  if (first === undefined) return;
  throw new AuthError("config-invalid", `Cannot use the component ${name} in ${stack}: ${first.reason}`, {
    at: first.at,
    hints: [
      first.hint,
      ...more.slice(0, MAX_MORE).map(({ at, reason }) => `${at.file}:${at.line}: ${reason}`),
    ],
  });
}

/** What says where the state is: the component's own way to merge lists is for what Terraform is given, not for this. */
const STATE_SECTIONS = ["backend", "remote_state_backend"];

/** Every section, merged in the order of the layers; `env` and `auth` of `atmos.yaml` are the lowest. */
function mergedSections(layers: Layers, stack: Stack, { settings, auth, commonEnv }: ComponentSource) {
  const { lists } = layers;
  const none = nothing(stack.root);
  const maps = [...layers.outer, ...layers.inner, ...layers.overrides];
  const without = Object.fromEntries(["auth", ...STATE_SECTIONS].map((key) => [key, undefined]));
  const sections = maps.reduce((below, map) => mergeSections(below, withEntries(map, without), lists), none);
  const content = (parts: readonly RawMap[], how = lists) =>
    parts.reduce((below, map) => mergeContent(below, map, how), none);
  const { auth: ofComponent, found } = mergeAuth(
    [auth, ...maps.map((map) => mapIn(map, "auth"))].filter((map) => map !== undefined),
    none,
  );
  const state = STATE_SECTIONS.flatMap((key) => {
    const parts = maps.map((map) => mapIn(map, key)).filter((map) => map !== undefined);
    return parts.length === 0
      ? []
      : [[key, entryFor(key, content(parts, settings.stacks.listMerge))] as const];
  });
  const changes: Readonly<Record<string, RawEntry | undefined>> = {
    env: entryFor("env", content([commonEnv ?? none, mapIn(sections, "env") ?? none])),
    auth: entryFor("auth", ofComponent),
    metadata: entryFor("metadata", content(layers.metadata)),
    ...Object.fromEntries(state),
  };
  return { sections: withEntries(sections, changes), found };
}

function environmentOf(sections: RawMap): Component["env"] {
  const entries = [...mapIn(sections, "env")?.entries.values() ?? []];
  return Object.fromEntries(entries.map(({ key, value }) => [key, variableText(value)]));
}
