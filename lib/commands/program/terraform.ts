/**
 * `atmos terraform`.
 *
 * @module
 */
import { terraformCommand } from "./terraform_command.ts";

export const terraform = terraformCommand("terraform");
