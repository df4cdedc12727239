/**
 * Where the six digits of an MFA device come from: `ATMOS_MFA_TOKEN`, the configured program, or a person. They are
 * never stored, and none is given out twice.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
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
const NOT_SIX_DIGITS = "MFA token must be 6 digits";

/** Codes from the variable if it is set, else from the program, else from a person. */
export function mfaCodes(host: MfaHost, device: MfaDevice): MfaCodes {
  const used = new Set<string>();
  const variable = host.env(VARIABLE);
  const source = variable !== undefined && variable !== ""
    ? { next: () => Promise.resolve(fromVariable(variable, used)), refused: () => false }
    : device.command !== undefined
    ? { next: () => fromCommand(host, device, device.command ?? [""], used), refused: () => true }
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

function isCode(text: string): boolean {
  return /^\d{6}$/.test(text);
}

function fromVariable(value: string, used: ReadonlySet<string>): string {
  const code = value.trim();
  if (isCode(code) && !used.has(code)) return code;
  throw new AuthError("usage", `${NOT_SIX_DIGITS}: the value of ${VARIABLE} is not`, { where: VARIABLE });
}

/** A program may print the code that was just refused; then the next one is waited for. */
async function fromCommand(
  host: MfaHost,
  device: MfaDevice,
  [program, ...args]: readonly [string, ...string[]],
  used: ReadonlySet<string>,
): Promise<string> {
  const where = `auth.identities.${device.name}.credentials.mfa_command`;
  while (true) {
    const environment = { set: {}, unset: [] };
    const exit = await host.run({
      program,
      args,
      environment,
      stdio: "capture",
      timeoutMillis: COMMAND_TIMEOUT_MILLIS,
    });
    const code = exit.stdout.trim();
    if (exit.code !== 0) {
      throw new AuthError("failed", `Cannot get an MFA code: ${program} ended with exit code ${exit.code}`, {
        where,
      });
    }
    if (!isCode(code)) {
      throw new AuthError("failed", `${NOT_SIX_DIGITS}: ${program} printed something else`, { where });
    }
    if (!used.has(code)) return code;
    host.tell("The code was used already; waiting for the next one.\n");
    await host.sleep(STEP_MILLIS - host.now() % STEP_MILLIS + 500, host.interrupted);
  }
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
          !isCode(text)
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
        "Run `atmos auth login` in a terminal",
        `Set ${VARIABLE} to a code of the device`,
        "Set credentials.mfa_command to a program that prints the code",
      ],
    },
  );
}
