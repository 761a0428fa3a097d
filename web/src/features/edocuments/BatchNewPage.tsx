import { useState } from "react";
import { useNavigate } from "react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError, post } from "@/lib/api/client.ts";
import type { Department, DocumentType, SheetCheck, SheetMapping, SheetProposal } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { useText } from "@/lib/text.ts";
import { Empty } from "@/components/Empty.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { Stepper } from "@/components/Stepper.tsx";
import { useDepartments, useTypes } from "./data.ts";
import { makersOf, takesData } from "./drafting.ts";
import { SheetFile, type Sheet } from "./SheetFile.tsx";
import { SheetMap } from "./SheetMap.tsx";
import { SheetReport } from "./SheetReport.tsx";
import { unfilled } from "./mapping.ts";
import "./edocuments.css";

/** Many documents from a spreadsheet: nothing is made before every row was found right. */
export default function BatchNewPage() {
  const { t } = useTranslation();
  const types = useTypes();
  const departments = useDepartments();
  return (
    <Page title={t("sheetText.title")} lead={t("sheetText.lead")} back={{ to: "/documents", text: t("docs.title") }}>
      <Loaded query={types}>
        {(list) => (
          <Loaded query={departments}>
            {(deps) => {
              const open = list.filter((x) => !x.closed && takesData(x) && makersOf(x, deps).length);
              return open.length ? <Steps types={open} departments={deps} /> : <div className="card"><Empty title={t("docs.noTypes")}>{t("docs.noTypesHelp")}</Empty></div>;
            }}
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}

/** Rows that were right when they were checked may be taken by another document when the run is begun. */
const refusal = (error: unknown) => (error instanceof ApiError && error.code === "sheet-wrong" ? (error.problem.params?.report as SheetCheck | undefined) : undefined);

function Steps({ types, departments }: { types: DocumentType[]; departments: Department[] }) {
  const { t } = useTranslation();
  const tx = useText();
  const navigate = useNavigate();
  const [at, setAt] = useState(0);
  const [sheet, setSheet] = useState<Sheet>({ type: types[0]!.id, department: "" });
  const [proposal, setProposal] = useState<SheetProposal>();
  const [mapping, setMapping] = useState<SheetMapping>({ columns: [] });
  const [checked, setChecked] = useState<SheetCheck>();
  const [title, setTitle] = useState("");
  const type = types.find((x) => x.id === sheet.type)!;
  const makers = makersOf(type, departments);
  const order = { file: sheet.file, type: sheet.type, department: makers.find((d) => d.id === sheet.department)?.id ?? makers[0]?.id };
  const read = useSubmit(() => post<SheetProposal>("/e-documents/sheets/proposal", order), (p) => (setProposal(p), setMapping(p.mapping), setAt(1)));
  const check = useSubmit(() => post<SheetCheck>("/e-documents/sheets/check", { ...order, mapping }), (r) => (run.reset(), setChecked(r), setAt(2)));
  const run = useSubmit((key) => post<{ id: string }>("/e-documents/batches", { ...order, mapping, title: title.trim() || `${tx(type.title)} · ${sheet.name}`.slice(0, 100) }, { key }), (made) => void navigate(`/batches/${made.id}`));
  const refused = refusal(run.error);
  const report = refused ?? checked;
  const unchecked = () => (setChecked(undefined), run.reset());
  const chosen = (next: Sheet) => {
    setSheet(next);
    setProposal(undefined);
    unchecked();
    read.reset();
  };
  const missing = proposal ? unfilled(proposal.fields, mapping) : [];
  const good = !!report && !report.total && report.rows > 0;
  const steps = [
    { id: "file", title: t("sheetText.step_file"), done: !!proposal },
    { id: "map", title: t("sheetText.step_map"), done: !!proposal && !missing.length && !!report },
    { id: "check", title: t("sheetText.step_check"), done: good },
  ];
  const next = [
    <Button key="read" type="primary" disabled={!sheet.file} loading={read.busy} onClick={() => read.submit()}>{t("stepper.next")}</Button>,
    <Button key="check" type="primary" disabled={!!missing.length} loading={check.busy} onClick={() => check.submit()}>{t("sheetText.check")}</Button>,
    good ? <Button key="run" type="primary" size="large" loading={run.busy} onClick={() => run.submit()}>{t("sheetText.run", { count: report.rows })}</Button> : <Button key="again" onClick={() => (chosen({ ...sheet, file: undefined, name: undefined }), setAt(0))}>{t("sheetText.again")}</Button>,
  ][at];
  return (
    <Stepper steps={steps} at={at} onGo={setAt} action={next}>
      <ProblemNotice error={[read.error, check.error, refused ? undefined : run.error][at]} />
      {at === 0 ? <SheetFile types={types} type={type} makers={makers} sheet={sheet} onChange={chosen} /> : null}
      {at === 1 && proposal ? <SheetMap proposal={proposal} mapping={mapping} onChange={(m) => (setMapping(m), unchecked())} /> : null}
      {at === 2 && report ? <SheetReport report={report} title={title} onTitle={setTitle} /> : null}
    </Stepper>
  );
}
