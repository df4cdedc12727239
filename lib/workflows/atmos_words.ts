/**
 * The commands of Atmos itself, of which this program has a few: a configuration cannot give another meaning to one.
 * Source: `cmd/` and `website/docs/cli/commands` of cloudposse/atmos.
 *
 * @module
 */

/** Words, each with those that can stand below it. */
export interface WordTree {
  readonly [word: string]: WordTree;
}

const below = (words: string): WordTree => Object.fromEntries(words.split(" ").map((word) => [word, {}]));

/** `terraform provision` is not among them: Atmos's manual has it as a command of one's own. */
const TERRAFORM = below(
  "apply backend cache clean console deploy destroy env fmt force-unlock generate get graph import init lint login " +
    "logout metadata migrate modules output plan plan-diff planfile providers push query refresh shell show source " +
    "stacks state taint test untaint validate version workdir workspace",
);

/** By the word behind `atmos`. */
export const ATMOS_WORDS: WordTree = {
  about: {},
  ai: below("ask chat compliance exec memory security sessions skill"),
  ansible: below("inventory playbook vault version"),
  atlantis: below("generate"),
  auth: {},
  aws: below("cloudformation compliance credential-process ecr eks rds security"),
  azure: below("acr aks"),
  ci: {},
  completion: {},
  config: below("delete format get list set"),
  container: {},
  describe: below("affected component config dependants dependents edition locals stacks workflows"),
  devcontainer: below("attach config exec list logs rebuild remove shell start stop"),
  docs: below("generate"),
  emulator: {},
  env: {},
  gcp: below("gke"),
  git: {},
  helm: {},
  helmfile: below(
    "apply build cache charts deploy deps destroy diff fetch generate init lint list print-env repos status sync " +
      "template test unittest version",
  ),
  help: {},
  init: {},
  kubernetes: {},
  lint: {},
  list: below(
    "affected components dependencies editions instances metadata settings sources stacks themes values vars vendor " +
      "workflows",
  ),
  lsp: below("start"),
  mcp: {},
  packer: below(
    "build console fix fmt generate hcl2_upgrade init inspect output plugins source validate version",
  ),
  pro: below("commit lock unlock"),
  profile: below("list show"),
  scaffold: below("generate list validate"),
  secret: {},
  stack: {},
  store: {},
  support: {},
  terraform: TERRAFORM,
  theme: below("list show"),
  tofu: TERRAFORM,
  toolchain: below(
    "add aliases clean du env exec get info install list lock path registry remove run search set uninstall update " +
      "versions which",
  ),
  upgrade: {},
  validate: below("component editorconfig schema stacks"),
  vendor: below("clean config diff get pull set update verify"),
  version: below("install list show uninstall"),
  workflow: {},
};
