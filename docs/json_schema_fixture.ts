/**
 * Test helper: checks JSON against the schema that scripts rely on.
 *
 * @module
 */
import { assert } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import schema from "./json_schema.json" with { type: "json" };

const ajv = new Ajv2020({
  formats: { "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ },
  allErrors: true,
});
ajv.addSchema(schema, "htrace");

/** Whether a value fits one definition of the schema. */
export function fits(definition: string, value: unknown): boolean {
  return ajv.validate(`htrace#/$defs/${definition}`, value);
}

/** Fails with everything that does not fit one definition of the schema. */
export function assertFits(definition: string, value: unknown): void {
  assert(
    fits(definition, value),
    `${definition}: ${ajv.errorsText(ajv.errors, { separator: "\n" })}`,
  );
}
