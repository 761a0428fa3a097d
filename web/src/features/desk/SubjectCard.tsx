import { useState } from "react";
import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items, query } from "@/lib/api/client.ts";
import type { Case, CaseFile, Phrase } from "@/lib/api/types.ts";
import { fieldErrorText } from "@/lib/problem.ts";
import { labelled, useText } from "@/lib/text.ts";
import { Field } from "@/components/Field.tsx";
import { inlineUrl } from "@/components/FileItem.tsx";
import { Input } from "@/components/Input.tsx";
import { SectionFacts } from "@/components/SectionFacts.tsx";
import { Tag } from "@/components/Tag.tsx";
import { AssuranceReached, RegistryFinding } from "@/components/Trust.tsx";
import { Viewer } from "./Viewer.tsx";
import type { Entry, Subject } from "./verdicts.ts";

function Files({ title, files, onOpen }: { title?: string; files: CaseFile[]; onOpen: (f: CaseFile) => void }) {
  const { t } = useTranslation();
  return (
    <div className="grow">
      {title ? <div className="soft small">{title}</div> : null}
      {files.length ? (
        <ul className="file-list">
          {files.map((f) => (
            <li key={f.id} className="desk-file">
              {f.mime.startsWith("image/") ? <button type="button" onClick={() => onOpen(f)} aria-label={`${t("common.view")} ${f.name}`}><img src={inlineUrl(f)} alt="" loading="lazy" /></button> : null}
              <div className="row between"><a href={inlineUrl(f)} target="_blank" rel="noreferrer">{f.name}</a>{f.mime === "application/pdf" ? <Button size="small" onClick={() => onOpen(f)} aria-label={`${t("common.view")} ${f.name}`}>{t("common.view")}</Button> : null}</div>
            </li>
          ))}
        </ul>
      ) : <p className="soft">{t("desk.noFile")}</p>}
    </div>
  );
}

function Reason({ procedure, subject, entry, onChange }: { procedure: string; subject: Subject; entry: Entry; onChange: (v: Partial<Entry>) => void }) {
  const { t } = useTranslation();
  const tx = useText();
  const phrases = useQuery({ queryKey: ["phrases", procedure], queryFn: async ({ signal }) => items(await get<{ items: Phrase[] }>(`/settings/phrases${query({ procedure })}`, signal)), staleTime: 600_000 });
  const add = (text: string) => onChange({ reason: entry.reason ? `${entry.reason.replace(/[；;]$/, "")}；${text}` : text });
  return (
    <div className="stack" style={{ gap: 8 }}>
      <Field id={`reason-${subject.name}`} label={t("desk.reason")} help={t("desk.reasonNeeded")} required><Input.TextArea rows={2} value={entry.reason} onChange={(e) => onChange({ reason: e.target.value })} /></Field>
      <div className="row" role="group" aria-label={t("desk.phrases")}>{(phrases.data ?? []).map((p) => <button key={p.id} type="button" className="phrase" onClick={() => add(tx(p.text))}>+ {tx(p.text)}</button>)}</div>
    </div>
  );
}

export function SubjectCard({ c, subject, open: judging, current, entry, onFocus, onChange }: { c: Case; subject: Subject; open: boolean; current: boolean; entry?: Entry; onFocus: () => void; onChange: (v: Partial<Entry>) => void }) {
  const { t } = useTranslation();
  const tx = useText();
  const [open, setOpen] = useState<CaseFile>();
  const verdict = entry?.verdict ?? "";
  return (
    <li id={`subject-${subject.name}`} className={`subject${current ? " subject-current" : ""}`} aria-current={current || undefined} onFocusCapture={onFocus} onClick={onFocus}>
      <div className="row between">
        <h2>{tx(subject.title)}</h2>
        <span className="row">{subject.changed ? <Tag tone="warn">{t("desk.changed")}</Tag> : null}{verdict ? <Tag tone={verdict === "qualified" ? "ok" : "bad"}>{t(`desk.${verdict}`)}</Tag> : null}</span>
      </div>
      {subject.reason && subject.verdict === "unqualified" ? <p className="soft small">{labelled(t("desk.previous"), subject.reason)}</p> : null}
      {subject.section?.id === "identity" ? <dl className="facts"><dt>{t("cases.registry")}</dt><dd><RegistryFinding c={c} /></dd><dt>{t("cases.assurance")}</dt><dd><AssuranceReached c={c} /></dd></dl> : null}
      {subject.section ? <SectionFacts c={c} section={subject.section} compare onFile={(id) => void get<CaseFile>(`/files/${encodeURIComponent(id)}`).then(setOpen)} /> : (
        <div className="desk-compare">
          {subject.changed && subject.former.length ? <Files title={t("desk.previous")} files={subject.former} onOpen={setOpen} /> : null}
          <Files title={subject.changed && subject.former.length ? t("desk.now") : undefined} files={subject.files} onOpen={setOpen} />
        </div>
      )}
      {judging ? <div className="row" role="group" aria-label={tx(subject.title)}>
        <button type="button" className="verdict-button verdict-yes" aria-pressed={verdict === "qualified"} disabled={subject.lacking} title={subject.lacking ? fieldErrorText({ code: "nothing-to-judge" }, t) : undefined} onClick={() => onChange({ verdict: "qualified" })}>✓ {t("desk.qualified")}</button>
        <button type="button" className="verdict-button verdict-no" aria-pressed={verdict === "unqualified"} onClick={() => onChange({ verdict: "unqualified" })}>✗ {t("desk.unqualified")}</button>
      </div> : null}
      {verdict === "unqualified" && entry ? <Reason procedure={c.procedure.id} subject={subject} entry={entry} onChange={onChange} /> : null}
      {open ? <Viewer file={open} onClose={() => setOpen(undefined)} /> : null}
    </li>
  );
}
