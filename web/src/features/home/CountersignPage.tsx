import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useText } from "@/lib/text.ts";
import { Due, Since } from "@/components/Due.tsx";
import { Empty } from "@/components/Empty.tsx";
import { LinkButton } from "@/components/LinkButton.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { AskedSealing } from "@/components/seal/AskedSealing.tsx";
import { BulkSeal, type Sealing } from "@/components/seal/BulkSeal.tsx";
import { DenseTable } from "@/components/table/DenseTable.tsx";
import { nothing, type Selection } from "@/components/table/selection.ts";
import { useCaseList } from "./useCaseList.ts";
import "./Queue.css";

const COUNTERSIGN = { procedure: "gas-contract", state: "countersign", mine: "open" };

/** Contracts that wait for the gas company's seal, put on all of them with one password. */
export default function CountersignPage() {
  const { t } = useTranslation();
  const tx = useText();
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<Selection>(nothing);
  const [sealing, setSealing] = useState<Sealing>();
  const list = useCaseList("countersign", COUNTERSIGN);
  const { rows } = list;
  return (
    <Page title={t("counter.title")} lead={t("counter.lead")} back={{ to: "/", text: t("nav.queue") }} actions={<LinkButton to="/batches">{t("docs.batches")}</LinkButton>}>
      <AskedSealing action="countersign" onRestore={setSealing} />
      <div className="card queue">
        <Loaded query={list} lines={6}>
          {() => rows.length ? (
            <DenseTable
              name="countersign" caption={t("counter.title")} rows={rows} rowKey={(c) => c.id} rowName={(c) => c.number} total={list.hasNextPage ? undefined : rows.length}
              columns={[
                { key: "number", title: t("counter.number"), cell: (c) => <Link className="num" to={`/cases/${c.id}`}>{c.number}</Link> },
                { key: "title", title: t("counter.subject"), wide: true, cell: (c) => c.title || tx(c.procedure.title) },
                { key: "since", title: t("counter.updated"), cell: (c) => <span className="num"><Since at={c.enteredAt} /></span> },
                { key: "due", title: t("home.deadline"), cell: (c) => <span className="num"><Due due={c.deadline} /></span> },
              ]}
              choosing={{ value: chosen, onChange: setChosen }}
              onOpen={(c) => void navigate(`/cases/${c.id}`)}
              actions={(n) => <Button size="small" type="primary" onClick={() => setSealing({ cases: chosen.all ? [] : [...chosen.ids] })}>{t("counter.chosen", { count: n })}</Button>}
              more={list.more}
            />
          ) : <Empty title={t("counter.empty")} />}
        </Loaded>
      </div>
      {sealing ? <BulkSeal {...sealing} action="countersign" name={(id) => rows.find((c) => c.id === id)?.number} onClose={() => setSealing(undefined)} onBegun={(id) => void navigate(`/batches/${id}`)} /> : null}
    </Page>
  );
}
