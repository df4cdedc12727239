/**
 * What the manifests of a project say: stacks, the components in them, and what Atmos's configuration says about
 * both. A component is whole: imports followed, base components laid under it, `!env` and `!include` resolved.
 *
 * @module
 */
import type { ListMerge } from "../config/merge.ts";
import type { RawMap } from "../config/raw.ts";

export type { ListMerge };

/** The sections of `components:` that this program runs. */
export const COMPONENT_TYPES = ["terraform", "helmfile", "packer"] as const;
export type ComponentType = typeof COMPONENT_TYPES[number];

/** What a person points at: `atmos terraform plan NAME -s STACK`. */
export interface ComponentTarget {
  readonly type: ComponentType;
  /** As the manifest spells it: `myapp`, `network/vpc`. */
  readonly name: string;
  /** The stack's name; one with a `/` may be the manifest's path below the stacks' directory. */
  readonly stack: string;
}

/** `stacks:` of `atmos.yaml`. */
export interface StackSettings {
  /** `stacks.base_path`, absolute. */
  readonly directory: string;
  /** `stacks.included_paths`: globs below the directory. */
  readonly included: readonly string[];
  /** `stacks.excluded_paths`. */
  readonly excluded: readonly string[];
  /** `stacks.name_pattern`: `{tenant}-{environment}-{stage}`. */
  readonly namePattern: string | undefined;
  /** `stacks.name_template`: `{{ .vars.tenant }}-{{ .vars.stage }}`; beats the pattern. */
  readonly nameTemplate: string | undefined;
  /** `settings.list_merge_strategy`. */
  readonly listMerge: ListMerge;
  /** `stacks.inherit.metadata`: whether base components pass on their `metadata`, too; `true` when not written. */
  readonly inheritMetadata: boolean;
  /** Whether a text with `{{` means a template: unless `templates.settings.enabled` is `false`. */
  readonly hasTemplates: boolean;
}

/** `components.<type>` of `atmos.yaml`: what every type has. */
export interface ComponentSettings {
  /** `base_path`, absolute. */
  readonly directory: string;
  /**
   * `command`: the program; `undefined`: the type's own name (`terraform`). It needs no trust: who runs a
   * repository's Terraform runs the repository's code.
   */
  readonly command: string | undefined;
}

/** `components.terraform` of `atmos.yaml`. */
export interface TerraformSettings extends ComponentSettings {
  readonly applyAutoApprove: boolean;
  readonly deployRunInit: boolean;
  readonly initRunReconfigure: boolean;
  readonly initPassVars: boolean;
  readonly autoGenerateBackendFile: boolean;
  readonly planSkipPlanfile: boolean;
  /** `workspaces_enabled`; `true` when not written. */
  readonly workspacesEnabled: boolean;
  /** `workspace.prefix_separator`: what stands for a `/` of a component's name in the keys of its state; `-`. */
  readonly prefixSeparator: "-" | "/";
}

/** What `atmos.yaml` says about where people work. */
export interface ProjectSettings {
  /** `base_path`, absolute. */
  readonly basePath: string;
  readonly stacks: StackSettings;
  readonly terraform: TerraformSettings;
  readonly helmfile: ComponentSettings;
  readonly packer: ComponentSettings;
  /** `workflows.base_path`, absolute. */
  readonly workflowsDirectory: string;
  /** `env:` of `atmos.yaml`: for every child. */
  readonly env: Readonly<Record<string, string>>;
}

/** What a top-level manifest, its imports merged under it, says of one stack: a manifest may make several. */
export interface Stack {
  readonly name: string;
  /** Path below the stacks' directory, with `/`, without extension. */
  readonly manifest: string;
  /** The manifest, absolute. */
  readonly file: string;
  /** The merged manifest: `vars`, `terraform`, `components` and the other sections, tags unresolved. */
  readonly root: RawMap;
  /** The names of its components, by type, abstract ones too, in the order of the manifest. */
  readonly components: Readonly<Record<ComponentType, readonly string[]>>;
  /** The folders of code that `component:` of a component names, and no component has for its name: `terraform/net`. */
  readonly folders: ReadonlySet<string>;
}

/** Where Terraform keeps its state. */
export interface Backend {
  /** `s3`, `gcs`, `azurerm`, `local`, ... */
  readonly type: string;
  /** As it goes into `backend.tf.json`. */
  readonly config: RawMap;
}

/** A component of a stack, whole. */
export interface Component extends ComponentTarget {
  /** The stack's manifest, absolute. */
  readonly file: string;
  /** Where its code is, absolute: the type's directory and `metadata.component`. */
  readonly directory: string;
  /** `metadata.component`, or its own name: the code's place below the type's directory. */
  readonly folder: string;
  /** Base components, nearest first, each once: what `metadata.inherits` and `component` lead to. */
  readonly inherits: readonly string[];
  /** `metadata.type: abstract`: only to inherit from. */
  readonly isAbstract: boolean;
  /** `metadata.enabled` (and `vars.enabled` has no say in it); `true` when not written. */
  readonly isEnabled: boolean;
  /** `metadata.locked`: what changes the world is refused. */
  readonly isLocked: boolean;
  /** `command` of the component: beats the type's. */
  readonly command: string | undefined;
  /** Everything of it by section: `vars`, `env`, `settings`, `metadata`, `auth`, `backend`, `providers`, ... */
  readonly sections: RawMap;
  readonly vars: RawMap;
  /** `env`: a null takes the variable away from the child. */
  readonly env: Readonly<Record<string, string | null>>;
  /** `undefined`: none is configured. */
  readonly backend: Backend | undefined;
  /** `providers`: goes into `providers_override.tf.json`; empty: nothing does. */
  readonly providers: RawMap;
  /** The Terraform workspace; `undefined` where workspaces are not used (`http` backend, disabled). */
  readonly workspace: string | undefined;
}
