import { useState } from "react";
import { Button } from "antd";
import { ApiError } from "@/lib/api/client.ts";
import type { Case, CaseAction } from "@/lib/api/types.ts";
import { useText } from "@/lib/text.ts";
import SchemaForm from "@/components/form/SchemaForm.tsx";
import { fitting, type Act } from "./useAct.ts";

/** What the form begins with: nothing, or what stands in the section that the action puts right. */
function first(c: Case, action: CaseAction): Record<string, unknown> {
  const section = c.sections.find((s) => s.id === action.amends);
  return fitting(action, { ...section?.data });
}

/** The form of an action that brings its own, and the button that takes it. */
export default function ActionForm({ c, action, act, onDone, fixed }: { c: Case; action: CaseAction; act: Act; onDone?: () => void; fixed?: Record<string, unknown> }) {
  const tx = useText();
  const [data, setData] = useState(() => first(c, action));
  const errors = act.error instanceof ApiError ? (act.error.problem.errors ?? []).map((e) => ({ ...e, pointer: e.pointer.replace(/^\/(body|data)(?=\/)/, "") })) : [];
  const submit = async () => {
    if (await act.run(action.name, { ...data, ...fixed })) onDone?.();
  };
  return (
    <div className="stack">
      {action.form ? <SchemaForm id={action.name} schema={action.form.schema} ui={action.form.ui} data={data} errors={errors} onChange={setData} context={{ caseId: c.id }} /> : null}
      <div><Button type="primary" danger={action.danger} loading={act.busy === action.name} onClick={() => void submit()}>{tx(action.title)}</Button></div>
    </div>
  );
}
