/**
 * The component that is named behind `atmos terraform`, `helmfile` and `packer`.
 *
 * @module
 */
import type { ProgramWords } from "../../stacks/program_words.ts";
import type { ComponentTarget, ComponentType } from "../../stacks/types.ts";
import type { Call } from "../../cli/line/command.ts";
import { text, toggle, usage, type Values } from "../../cli/line/flags.ts";

/** The flags of every command that works on a component. */
export const COMPONENT_FLAGS = {
  stack: text("STACK", "The stack that the component is in", { short: "s", variable: "ATMOS_STACK" }),
  dryRun: toggle("Show what would be run and written, and do nothing"),
} as const;

/** A command's call, as far as it is about a component. */
export type ComponentCall = Pick<
  Call<Values<typeof COMPONENT_FLAGS>>,
  "host" | "globals" | "input" | "words"
>;

/** What is to be worked on, and how. */
export interface CommandTarget extends ComponentTarget {
  /** `plan`, `state list`. */
  readonly command: string;
}

/** Flags of Atmos that no program knows either: without a word on them it would not be clear who refuses them. */
const REFUSED: ReadonlySet<string> = new Set([
  ...["--affected", "--all", "--ci", "--components", "--labels", "--process-functions"],
  ...["--process-templates", "--query", "--skip", "--skip-hooks", "--tags", "--upload-status"],
]);

/** Commands of Atmos that no program knows either: they would run init, and fail behind it. */
const ABSENT: ReadonlySet<string> = new Set(["clean", "generate", "plan-diff", "provision", "source"]);

/**
 * Reads what is to be worked on.
 *
 * @param path what was typed: `atmos terraform`
 * @throws AuthError `usage` when a part of it is missing, or more is wanted than one component
 */
export function targetOf(
  path: string,
  type: ComponentType,
  { command, component }: ProgramWords,
  { words, input: { stack = "" }, globals: { identity } }: Omit<ComponentCall, "host">,
): CommandTarget {
  const line = `${path} ${command ?? "COMMAND"} ${component ?? "COMPONENT"} -s ${stack || "STACK"}`;
  const refused = words.map((word) => word.split("=")[0] ?? "").find((flag) => REFUSED.has(flag));
  if (refused !== undefined) {
    throw usage(
      `Cannot use ${refused}: ${path} runs one command for one component, without it`,
      `Write \`${line}\``,
    );
  }
  if (command === undefined) throw usage(`No command for ${path}`, `Write \`${line}\``);
  if (ABSENT.has(command)) {
    throw usage(
      `Cannot run ${command}: it is a command of Atmos that this program does not have`,
      `Run \`${path} --help\` to see those that it has`,
    );
  }
  if (component === undefined) {
    const eaten = typeof identity === "string"
      ? `${JSON.stringify(identity)} was taken for an identity; \`--identity=\` asks, and takes no word`
      : undefined;
    throw usage("No component to work on", `Write \`${line}\``, eaten);
  }
  if (stack === "") throw usage(`No stack to find ${component} in`, `Write \`${line}\`, or set ATMOS_STACK`);
  return { type, name: component, stack, command };
}
