import { Validator, type Schema } from "@cfworker/json-schema";
import { toErrorSchema, type RJSFSchema, type RJSFValidationError, type ValidatorType } from "@rjsf/utils";

// Interpreting instead of compiling: the page's content security policy forbids making code at run time.

const leaf = new Set(["required", "minLength", "maxLength", "pattern", "enum", "const", "type", "minimum", "maximum", "format", "minItems", "maxItems"]);

function unescape(step: string): string {
  return decodeURIComponent(step).replace(/~1/g, "/").replace(/~0/g, "~");
}

function faults(schema: RJSFSchema, data: unknown): RJSFValidationError[] {
  const result = new Validator(schema as Schema, "2020-12", false).validate(data ?? {});
  return result.errors
    .filter((e) => leaf.has(e.keyword))
    .map((e) => {
      const path = e.instanceLocation.replace(/^#/, "").split("/").slice(1).map(unescape);
      const absent = e.keyword === "required" ? /property "(.+)"/.exec(e.error)?.[1] : undefined;
      if (absent) path.push(absent);
      return { name: e.keyword, message: e.error, property: `.${path.join(".")}`, schemaPath: e.keywordLocation, stack: e.error, params: {} };
    });
}

/** JSON Schema 2020-12 for the form renderer. A courtesy only: the server's answer is what counts. */
export const validator: ValidatorType = {
  rawValidation: (schema, data) => ({ errors: faults(schema as RJSFSchema, data) as never[] }),
  isValid: (schema, data, root) => {
    try {
      return new Validator({ ...(schema as object), $defs: (root as RJSFSchema).$defs } as Schema, "2020-12").validate(data as never).valid;
    } catch {
      return false;
    }
  },
  validateFormData: (data, schema, _custom, transform, ui) => {
    const found = faults(schema as RJSFSchema, data);
    const errors = transform ? transform(found, ui) : found;
    return { errors, errorSchema: toErrorSchema(errors) };
  },
};
