import { useTranslation } from "react-i18next";
import type { Case } from "@/lib/api/types.ts";
import { useText } from "@/lib/text.ts";
import { SectionFacts } from "@/components/SectionFacts.tsx";
import { MaterialRow } from "./Materials.tsx";
import { SectionTag } from "./TaskList.tsx";

/** What was handed in and cannot be changed now; folded while there is something to do. */
export function HandedIn({ c, open }: { c: Case; open: boolean }) {
  const { t } = useTranslation();
  const tx = useText();
  const sections = c.sections.filter((s) => !s.editable && Object.keys(s.data ?? {}).length);
  const materials = c.materials.filter((m) => !m.section && !m.editable && m.files.length);
  if (!sections.length && !materials.length) return null;
  return (
    <section className="card handed-in" aria-labelledby="handed-in">
      <h2 id="handed-in">{t("cases.handedIn")}</h2>
      {sections.map((s) => (
        <details key={s.id} open={open} id={`section-${s.id}`}>
          <summary><span className="grow">{tx(s.title)}</span><SectionTag s={s} /></summary>
          <SectionFacts c={c} section={s} />
        </details>
      ))}
      {materials.length ? (
        <details open={open}>
          <summary><span className="grow">{t("cases.materials")} <span className="soft num">{materials.length}</span></span></summary>
          <ul className="materials">{materials.map((m) => <MaterialRow key={m.name} c={c} m={m} />)}</ul>
        </details>
      ) : null}
    </section>
  );
}
