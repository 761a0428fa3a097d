import { useTranslation } from "react-i18next";
import { useQueryClient } from "@tanstack/react-query";
import { put } from "@/lib/api/client.ts";
import type { Case, Material } from "@/lib/api/types.ts";
import { fieldErrorText, problemText } from "@/lib/problem.ts";
import { useText } from "@/lib/text.ts";
import { FileItem } from "@/components/FileItem.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Tag } from "@/components/Tag.tsx";
import { toast } from "@/components/Toast.tsx";
import { Uploader } from "@/components/Uploader.tsx";
import { caseKey } from "@/lib/case.ts";
import type { Fault } from "./faults.ts";

const tones = { missing: undefined, given: "info", qualified: "ok", unqualified: "bad" } as const;

/** The files that may be handed in now. */
export function Materials({ c, faults }: { c: Case; faults: Fault[] }) {
  const { t } = useTranslation();
  const list = c.materials.filter((m) => !m.section && m.editable);
  if (!list.length) return null;
  return (
    <section className="card" id="materials" tabIndex={-1} aria-labelledby="materials-title">
      <h2 id="materials-title">{t("cases.materials")}</h2>
      <ul className="materials">
        {list.map((m) => <MaterialRow key={m.name} c={c} m={m} fault={faults.find((f) => f.material === m.name)} />)}
      </ul>
    </section>
  );
}

/** Hands over the list of a material's files; the latest list is always the whole one. */
function useSetFiles(c: Case, m: Material) {
  const client = useQueryClient();
  const { t } = useTranslation();
  return async (change: (ids: string[]) => string[]) => {
    const latest = client.getQueryData<Case>(caseKey(c.id))?.materials.find((x) => x.name === m.name) ?? m;
    try {
      const next = await put<Material>(`/cases/${c.id}/materials/${m.name}`, { files: change(latest.files.map((f) => f.id)) }, { etag: latest.revision });
      client.setQueryData<Case>(caseKey(c.id), (old) => old && { ...old, materials: old.materials.map((x) => (x.name === m.name ? next : x)) });
    } catch (e) {
      toast(problemText(e, t).title, "bad");
      void client.invalidateQueries({ queryKey: caseKey(c.id) });
    }
  };
}

export function MaterialRow({ c, m, fault }: { c: Case; m: Material; fault?: Fault }) {
  const { t } = useTranslation();
  const tx = useText();
  const setFiles = useSetFiles(c, m);
  const title = tx(m.title);
  return (
    <li className="material" id={`material-${m.name}`} tabIndex={-1}>
      <div className="row between">
        <h3>{title}{m.required && m.editable ? <span className="field-required" aria-hidden> *</span> : m.editable ? <span className="soft small"> ({t("common.optional")})</span> : null}</h3>
        <Tag tone={m.status === "missing" && m.required ? "warn" : tones[m.status]}>{t(`cases.${m.status}`)}</Tag>
      </div>
      {tx(m.help) ? <p className="soft small">{tx(m.help)}</p> : null}
      {m.status === "unqualified" && m.reason ? <Notice tone="warn" title={t("cases.returned", { reason: m.reason })} /> : null}
      {fault && !m.files.length ? <p className="field-error">{fieldErrorText(fault, t)}</p> : null}
      {m.files.length ? <ul className="file-list">{m.files.map((f) => <FileItem key={f.id} file={f} onRemove={m.editable ? () => void setFiles((ids) => ids.filter((id) => id !== f.id)) : undefined} />)}</ul> : null}
      {m.editable && m.files.length < (m.maxFiles || 10) ? <Uploader label={title} caseId={c.id} accept={m.accept} multiple={(m.maxFiles || 10) > 1} onReady={(id) => setFiles((ids) => [...ids.filter((x) => x !== id), id])} /> : null}
    </li>
  );
}
