import { useTranslation } from "react-i18next";
import type { Case, Section } from "@/lib/api/types.ts";
import { useText } from "@/lib/text.ts";
import { Tag } from "@/components/Tag.tsx";
import { current } from "./drafts.ts";

/** What is to be filled in, and how far each part is. */
export function TaskList({ c }: { c: Case }) {
  const { t } = useTranslation();
  const tx = useText();
  const sections = c.sections.filter((s) => s.editable);
  const materials = c.materials.filter((m) => m.editable && !m.section);
  if (sections.length + materials.length < 2) return null;
  const given = materials.filter((m) => m.files.length).length;
  const required = materials.filter((m) => m.required && !m.files.length).length;
  return (
    <nav className="card task-list" aria-labelledby="tasks">
      <h2 id="tasks">{t("cases.tasks")}</h2>
      <ul>
        {sections.map((s) => <li key={s.id}><a href={`#section-${s.id}`}>{tx(s.title)}</a><SectionTag s={s} /></li>)}
        {materials.length ? <li><a href="#materials">{t("cases.materials")} <span className="soft num">{given} / {materials.length}</span></a><MaterialsTag returned={materials.some((m) => m.status === "unqualified")} missing={required > 0} /></li> : null}
      </ul>
    </nav>
  );
}

function MaterialsTag({ returned, missing }: { returned: boolean; missing: boolean }) {
  const { t } = useTranslation();
  if (returned) return <Tag tone="bad">{t("cases.unqualified")}</Tag>;
  return missing ? <Tag tone="warn">{t("cases.incomplete")}</Tag> : <Tag tone="ok">{t("cases.complete")}</Tag>;
}

export function SectionTag({ s }: { s: Section }) {
  const { t } = useTranslation();
  if (s.judged?.verdict === "unqualified") return <Tag tone="bad">{t("cases.unqualified")}</Tag>;
  if (s.judged?.verdict === "qualified") return <Tag tone="ok">{t("cases.qualified")}</Tag>;
  if (s.complete) return <Tag tone="ok">{t("cases.complete")}</Tag>;
  return Object.keys(current(s)).length ? <Tag tone="warn">{t("cases.incomplete")}</Tag> : <Tag>{t("cases.notStarted")}</Tag>;
}
