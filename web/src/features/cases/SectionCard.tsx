import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Case, FieldError, Section } from "@/lib/api/types.ts";
import { clockTime } from "@/lib/time.ts";
import { localise, titleAt } from "@/lib/schema/localise.ts";
import { fieldErrorText, pointerPath } from "@/lib/problem.ts";
import { listed, useLang, useText } from "@/lib/text.ts";
import { Loading } from "@/components/Loading.tsx";
import { Notice } from "@/components/Notice.tsx";
import { useDraft } from "./drafts.ts";
import type { Fault } from "./faults.ts";
import { SectionTag } from "./TaskList.tsx";

const SchemaForm = lazy(() => import("@/components/form/SchemaForm.tsx"));

/** Saves what was typed; false when that failed. */
export type Flush = () => Promise<boolean>;
type Props = { c: Case; section: Section; faults: Fault[]; register: Map<string, Flush> };

/** A section that may be filled in now. */
export function SectionCard({ c, section, faults, register }: Props) {
  const tx = useText();
  const { t } = useTranslation();
  return (
    <section className="card" id={`section-${section.id}`} tabIndex={-1} aria-labelledby={`section-${section.id}-title`}>
      <div className="card-head">
        <h2 id={`section-${section.id}-title`}>{tx(section.title)}</h2>
        <SectionTag s={section} />
      </div>
      {section.judged?.verdict === "unqualified" && section.judged.reason ? <Notice tone="warn" title={t("cases.returned", { reason: section.judged.reason })} /> : null}
      {faults.filter((f) => !f.path.length).map((f) => <p key={f.code} className="field-error">{fieldErrorText(f, t)}</p>)}
      <DraftForm c={c} section={section} faults={faults.filter((f) => f.path.length)} register={register} />
    </section>
  );
}

/** Faults of untouched fields stay silent until the person tries to submit. */
function useShown(errors: FieldError[], faults: Fault[], touched: Set<string>): FieldError[] {
  return useMemo(() => {
    const submitted = faults.map((f) => ({ pointer: `/${f.path.join("/")}`, code: f.code, params: f.params }));
    const asked = new Set(submitted.map((e) => e.pointer));
    const live = errors.filter((e) => asked.has(e.pointer) || (e.code !== "missing" && touched.has(pointerPath(e.pointer)[0] ?? "")));
    const stillWrong = submitted.filter((e) => !touched.has(pointerPath(e.pointer)[0] ?? "") && !live.some((l) => l.pointer === e.pointer));
    return [...live, ...stillWrong];
  }, [errors, faults, touched]);
}

function DraftForm({ c, section, faults, register }: Props) {
  const { t } = useTranslation();
  const lang = useLang();
  const draft = useDraft(c, section);
  const [touched, setTouched] = useState<Set<string>>(new Set());
  const shown = useShown(draft.errors, faults, touched);
  useEffect(() => {
    register.set(section.id, draft.save);
    return () => void register.delete(section.id);
  }, [register, section.id, draft.save]);
  const touch = (field: string) => {
    const name = field.slice(section.id.length + 1).split("_")[0] ?? "";
    setTouched((old) => (old.has(name) ? old : new Set(old).add(name)));
  };
  const names = listed(draft.conflicting.map((f) => titleAt(localise(section.schema, lang), [f], draft.data)));
  return (
    <div className="stack">
      {draft.state === "conflict" ? (
        <Notice tone="warn" title={t("cases.draftConflict")} action={<div className="row"><Button onClick={() => draft.resolve("theirs")}>{t("cases.takeTheirs")}</Button><Button type="primary" onClick={() => draft.resolve("mine")}>{t("cases.keepMine")}</Button></div>}>
          {t("cases.draftConflictHelp")} {names ? t("cases.changedFields", { names }) : null}
        </Notice>
      ) : null}
      <Suspense fallback={<Loading lines={6} />}>
        <SchemaForm id={section.id} schema={section.schema} ui={section.ui} data={draft.data} errors={shown} onChange={draft.change} onBlur={touch} context={{ caseId: c.id, operator: c.operator }} />
      </Suspense>
      <p className="small soft draft-state" role="status">
        {draft.state === "saving" || draft.state === "waiting" ? t("cases.draftSaving") : null}
        {draft.state === "saved" && draft.savedAt ? t("cases.draftSaved", { at: clockTime(draft.savedAt, lang) }) : null}
        {draft.state === "failed" ? <span className="field-error">{t("cases.draftFailed")}</span> : null}
      </p>
    </div>
  );
}
