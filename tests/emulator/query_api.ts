import { Refusal, xml } from "./http.ts";
import type { XmlTree } from "./xml.ts";
import type { Operation } from "./service.ts";

/** A limit of the service model on one parameter. */
export interface Constraint {
  min: number;
  max: number;
  /** Of the whole value. */
  pattern?: RegExp;
}

export function answerXml(
  namespace: string,
  operation: Operation,
  result: XmlTree | undefined,
  requestId: string,
) {
  return xml(200, {
    [`${operation}Response xmlns="${namespace}"`]: {
      [`${operation}Result`]: result,
      ResponseMetadata: { RequestId: requestId },
    },
  });
}

export function refuseXml(namespace: string, refusal: Refusal, requestId: string): Response {
  const { status, code, message } = refusal;
  return xml(status, {
    [`ErrorResponse xmlns="${namespace}"`]: {
      Error: { Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message },
      RequestId: requestId,
    },
  });
}

export const validationError = (message: string) => new Refusal(400, "ValidationError", message);

function violation(value: string | undefined, name: string, constraint: string): Refusal {
  const shown = value === undefined ? "null" : `'${value}'`;
  const member = name.slice(0, 1).toLowerCase() + name.slice(1);
  return validationError(
    `1 validation error detected: Value ${shown} at '${member}' failed to satisfy constraint: Member must ${constraint}`,
  );
}

export function optionalText(
  parameters: Readonly<Record<string, string>>,
  name: string,
  { min, max, pattern }: Constraint,
): string | undefined {
  const value = parameters[name];
  if (value === undefined) return undefined;
  if (value.length < min) throw violation(value, name, `have length greater than or equal to ${min}`);
  if (value.length > max) throw violation(value, name, `have length less than or equal to ${max}`);
  if (pattern !== undefined && !pattern.test(value)) {
    throw violation(value, name, `satisfy regular expression pattern: ${pattern.source.slice(1, -1)}`);
  }
  return value;
}

export function requiredText(
  parameters: Readonly<Record<string, string>>,
  name: string,
  constraint: Constraint,
): string {
  const value = optionalText(parameters, name, constraint);
  if (value === undefined) throw violation(value, name, "not be null");
  return value;
}

export function optionalInteger(
  parameters: Readonly<Record<string, string>>,
  name: string,
  { min, max }: Constraint,
): number | undefined {
  const value = parameters[name];
  if (value === undefined) return undefined;
  if (!/^-?\d{1,10}$/.test(value)) {
    throw new Refusal(400, "MalformedInput", "Unexpected list element termination");
  }
  if (Number(value) < min) throw violation(value, name, `have value greater than or equal to ${min}`);
  if (Number(value) > max) throw violation(value, name, `have value less than or equal to ${max}`);
  return Number(value);
}
