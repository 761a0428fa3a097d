import { expect, test } from "vitest";
import { display, fieldsFor, fieldsInOrder, forForm, isFigure, localise, titleAt } from "./localise.ts";
import { validator } from "./validator.ts";

const schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema", type: "object", unevaluatedProperties: false, required: ["name"],
  properties: {
    name: { type: "string", title: "姓名", "x-title-en": "Name", minLength: 2 },
    document: { type: "string", title: "证件", "x-title-en": "Document", oneOf: [{ const: "passport", title: "护照", "x-title-en": "Passport" }] },
    rows: { type: "array", title: "燃气具", "x-title-en": "Appliances", items: { type: "object", properties: { model: { type: "string", title: "型号", "x-title-en": "Model" } } } },
  },
  allOf: [{ if: { properties: { document: { enum: ["passport"] } }, required: ["document"] }, then: { properties: { born: { type: "string", title: "出生日期" } }, required: ["born"] } }],
};

test("titles follow the language, deep down", () => {
  const en = localise(schema, "en");
  expect(en.properties.document.oneOf[0]!.title).toBe("Passport");
  expect(titleAt(en, ["rows", "0", "model"], {})).toBe("Appliances · 1 · Model");
  expect(localise(schema, "zh").properties.name.title).toBe("姓名");
});

test("conditions decide what is asked", () => {
  expect(Object.keys(fieldsFor(schema, {}))).not.toContain("born");
  expect(Object.keys(fieldsFor(schema, { document: "passport" }))).toContain("born");
});

test("fields stand in the form's order, not by name", () => {
  const item = { properties: { count: { "x-kind": "integer" }, flow: { "x-kind": "decimal" }, name: { "x-kind": "text" } } };
  const fields = fieldsInOrder(item, { "ui:order": ["name", "flow", "count"] }, {});
  expect(fields.map(([name]) => name)).toEqual(["name", "flow", "count"]);
  expect(fields.map(([, f]) => isFigure(f))).toEqual([false, true, true]);
  expect(fieldsInOrder(item, undefined, {})).toHaveLength(3);
});

test("values are shown by their option's title", () => {
  expect(display(schema.properties.document, "passport", "是", "否")).toBe("护照");
  expect(display({ type: "boolean" }, false, "是", "否")).toBe("否");
});

test("the renderer's schema keeps conditions and drops what only checks", () => {
  const s = forForm(schema) as Record<string, unknown>;
  expect(s).not.toHaveProperty("unevaluatedProperties");
  expect(s).toHaveProperty("allOf");
});

test("the validator needs no code at run time and points at the missing field", () => {
  const { errors } = validator.validateFormData({ document: "passport" }, schema as never);
  expect(errors.map((e) => [e.name, e.property])).toEqual(expect.arrayContaining([["required", ".name"], ["required", ".born"]]));
  expect(validator.isValid({ enum: ["a"] } as never, "a" as never, {} as never)).toBe(true);
  expect(validator.isValid({ enum: ["a"] } as never, "b" as never, {} as never)).toBe(false);
});
