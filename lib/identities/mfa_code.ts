/**
 * Where the six digits of an MFA device come from: `ATMOS_MFA_TOKEN`, the configured program, or a person. They are
 * never stored, and none is given out twice.
 *
 * @module
 */
import { AuthError, isFailure } from "../errors.ts";
import type { Host } from "../host.ts";
import { askInBox } from "../terminal/field.ts";

/** What getting a code needs of the world. */
export type MfaHost = Pick<
  Host,
  "env" | "now" | "sleep" | "run" | "prompt" | "tell" | "screen" | "interrupted"
>;

/** Whose codes, and who can print them. */
export interface MfaDevice {
  /** The identity's name. */
  readonly name: string;
  /** The device's ARN. */
  readonly device: string;
  /** `credentials.mfa_command`. */
  readonly command: readonly [string, ...string[]] | undefined;
}

/** A supply of codes for one login. */
export interface MfaCodes {
  /** @throws AuthError `person-needed` when there is nobody to ask; `interrupted`; `failed` for the program */
  readonly next: () => Promise<string>;
  /** Tells that the last code was refused, and why; whether it makes sense to ask for another. */
  readonly refused: (reason: string) => boolean;
}

const VARIABLE = "ATMOS_MFA_TOKEN";
const STEP_MILLIS = 30_000;
const COMMAND_TIMEOUT_MILLIS = 60_000;
/** Codes change every half minute: a program that prints an old one after this many waits prints always the same. */
const MOST_WAITS = 2;
const NOT_SIX_DIGITS = "MFA token must be 6 digits";

/** Codes from the variable if it is set, else from the program, else from a person. */
export function mfaCodes(host: MfaHost, device: MfaDevice): MfaCodes {
  const used = new Set<string>();
  const variable = host.env(VARIABLE);
  const { command } = device;
  const source = variable !== undefined && variable !== ""
    ? { next: () => Promise.resolve(fromVariable(variable)), refused: () => false }
    : command !== undefined
    ? { next: () => fromCommand(host, device, command, used), refused: () => true }
    : fromPerson(host, device, used);
  return {
    ...source,
    next: async () => {
      const code = await source.next();
      used.add(code);
      return code;
    },
  };
}

/** Six digits; blanks, as apps show them, do not count. */
function codeOf(text: string): string | undefined {
  const code = text.replace(/\s/g, "");
  return /^\d{6}$/.test(code) ? code : undefined;
}

function fromVariable(value: string): string {
  const code = codeOf(value);
  if (code !== undefined) return code;
  throw new AuthError("usage", `${NOT_SIX_DIGITS}: the value of ${VARIABLE} is not`, { where: VARIABLE });
}

/** A program may print the code that was just refused; then the next one is waited for. */
async function fromCommand(
  host: MfaHost,
  device: MfaDevice,
  command: NonNullable<MfaDevice["command"]>,
  used: ReadonlySet<string>,
): Promise<string> {
  for (let waits = 0;; waits++) {
    const code = await printedCode(host, device, command);
    if (!used.has(code)) return code;
    if (waits === MOST_WAITS) {
      throw commandFailed(device, `${command[0]} prints a code that was used already`);
    }
    host.tell("The code was used already; waiting for the next one.\n");
    await host.sleep(STEP_MILLIS - host.now() % STEP_MILLIS + 500, host.interrupted);
  }
}

async function printedCode(
  host: MfaHost,
  device: MfaDevice,
  [program, ...args]: NonNullable<MfaDevice["command"]>,
): Promise<string> {
  const exit = await host.run({
    program,
    args,
    environment: { set: {}, unset: [] },
    stdio: "capture",
    isHelper: true,
    timeoutMillis: COMMAND_TIMEOUT_MILLIS,
  }).catch((error: unknown) => {
    if (!isFailure(error)) throw error;
    throw commandFailed(device, error.message, error);
  });
  if (exit.code !== 0) throw commandFailed(device, `${program} ended with exit code ${exit.code}`);
  const code = codeOf(exit.stdout);
  if (code === undefined) {
    throw commandFailed(device, `${NOT_SIX_DIGITS}, and ${program} printed something else`);
  }
  return code;
}

function commandFailed({ name }: MfaDevice, reason: string, cause?: unknown): AuthError {
  return new AuthError("failed", `Cannot get an MFA code: ${reason}`, {
    where: `auth.identities.${name}.credentials.mfa_command`,
    hints: [`Set ${VARIABLE} to a code of the device to do without the program`],
    cause,
  });
}

function fromPerson(host: MfaHost, device: MfaDevice, used: ReadonlySet<string>): MfaCodes {
  let complaint: string | undefined;
  return {
    next: async () => {
      const { prompt, tell, screen } = host;
      if (prompt === undefined) throw nobodyToAsk(device);
      return await askInBox({ prompt, tell, screen }, {
        title: "Enter MFA Token",
        lines: [`MFA Device: ${device.device}`],
        length: 6,
        complaint,
        check: (text) =>
          codeOf(text) === undefined
            ? NOT_SIX_DIGITS
            : used.has(text)
            ? "This code was used already: wait for the next one"
            : undefined,
      });
    },
    refused: (reason) => {
      complaint = reason;
      return true;
    },
  };
}

function nobodyToAsk({ name, device }: MfaDevice): AuthError {
  return new AuthError(
    "person-needed",
    `Cannot use the identity "${name}": a code of ${device} is needed, and nobody can be asked`,
    {
      where: `auth.identities.${name}.credentials.mfa_arn`,
      hints: [
        `Run \`atmos auth login --identity ${name}\` in a terminal`,
        `Set ${VARIABLE} to a code of the device`,
        "Set credentials.mfa_command to a program that prints the code",
      ],
    },
  );
}
