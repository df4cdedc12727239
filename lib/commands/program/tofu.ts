/**
 * `atmos tofu`.
 *
 * @module
 */
import { terraformCommand } from "./terraform_command.ts";

export const tofu = terraformCommand("tofu");
