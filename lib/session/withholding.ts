/**
 * What no child gets of our environment.
 *
 * @module
 */
import type { Command, Host } from "../host.ts";
import { INHERITED_CREDENTIALS } from "../session_variables.ts";
import { derived } from "./derive.ts";

/**
 * The same world, whose children do not get these variables: every program that is started goes through here. Only this
 * very program gets them, since it may need them and withholds them in its turn. A browser and a program that only helps
 * us do not get the person's own credentials for AWS either.
 *
 * @param names asked for each time: the configuration may be another one by then
 */
export function withholding(host: Host, names: () => readonly string[]): Host {
  const { browse } = host;
  const fromHelpers = () => [...names(), ...INHERITED_CREDENTIALS];
  return derived(host, {
    run: (command) => {
      if (isOwn(host, command)) return host.run(command);
      const more = command.isHelper === true ? fromHelpers() : names();
      return host.run({ ...command, withheld: united(command.withheld, more) });
    },
    openUrl: (url, withheld) => host.openUrl(url, united(withheld, fromHelpers())),
    browse: browse &&
      ((command) => browse({ ...command, withheld: united(command.withheld, fromHelpers()) })),
  });
}

const united = (some: readonly string[] = [], others: readonly string[]): readonly string[] => [
  ...new Set([...some, ...others]),
];

/** Whether it is this very program that is started. */
function isOwn({ self }: Pick<Host, "self">, { program, args }: Command): boolean {
  const [own, ...words] = self();
  return program === own && words.every((word, index) => args[index] === word);
}
