import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { Button } from "antd";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, query } from "@/lib/api/client.ts";
import type { EDocument, Page as ListPage } from "@/lib/api/types.ts";
import { problemText } from "@/lib/problem.ts";
import { save } from "@/lib/save.ts";
import { rights, useSession, type Rights } from "@/lib/session.ts";
import { COUNTED, useLang } from "@/lib/text.ts";
import { Empty } from "@/components/Empty.tsx";
import { LinkButton } from "@/components/LinkButton.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";
import { csvOf } from "@/components/table/csv.ts";
import { DenseTable } from "@/components/table/DenseTable.tsx";
import { isChosen, nothing, type Selection } from "@/components/table/selection.ts";
import { AskedSealing } from "@/components/seal/AskedSealing.tsx";
import { BulkSeal, type Sealing } from "@/components/seal/BulkSeal.tsx";
import { BulkApprove } from "./BulkApprove.tsx";
import { useColumns } from "./columns.tsx";
import { listKey } from "./data.ts";
import { Narrow, useFilter } from "./Narrow.tsx";
import { Returned } from "./Returned.tsx";
import { Views, roleOf, viewsFor, type View } from "./Views.tsx";
import "./edocuments.css";

const PAGE = 50;
const MOST = 10_000;

/** All ids that match, page by page, without those that were taken out. */
async function collect(filter: Record<string, string>, but: ReadonlySet<string>): Promise<string[]> {
  const out: string[] = [];
  for (let cursor = ""; ; ) {
    const page = await get<ListPage<EDocument>>(`/e-documents${query({ ...filter, cursor, limit: 200 })}`);
    out.push(...page.items.map((d) => d.case).filter((id) => !but.has(id)));
    if (!page.next || out.length > MOST) return out;
    cursor = page.next;
  }
}

/** What is made, what waits, what was handled: one list by the part that one has in it. */
export default function DocumentsPage() {
  const { data: session } = useSession();
  const [params] = useSearchParams();
  const mayDo = rights(session);
  const views = viewsFor(mayDo);
  const view = views.find((v) => v === params.get("view")) ?? views[0] ?? "made";
  return <Documents key={view} view={view} views={views} mayDo={mayDo} />;
}

function Documents({ view, views, mayDo }: { view: View; views: View[]; mayDo: Rights }) {
  const { t } = useTranslation();
  const creator = (
    <>
      <LinkButton to="/batches">{t("docs.batches")}</LinkButton>
      <LinkButton to="/documents/batch">{t("docs.makeBatch")}</LinkButton>
      <LinkButton to="/documents/new" type="primary">{t("docs.make")}</LinkButton>
    </>
  );
  const auditor = <><LinkButton to="/documents?view=all&state=voided">{t("docs.voidedOnly")}</LinkButton><LinkButton to="/documents/numbers">{t("numbers.title")}</LinkButton></>;
  const actions = view === "all" ? auditor : mayDo.docs.creator ? creator : mayDo.docs.signer ? <LinkButton to="/batches">{t("docs.batches")}</LinkButton> : null;
  return (
    <Page title={t("docs.title")} lead={t(`docs.lead_${view}`)} actions={actions}>
      {mayDo.docs.creator && view === "made" ? <Returned /> : null}
      <Views views={views} view={view} />
      <List view={view} />
    </Page>
  );
}

function List({ view }: { view: View }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const filter = useFilter();
  const lang = useLang();
  const [chosen, setChosen] = useState<Selection>(nothing);
  const [sealing, setSealing] = useState<Sealing>();
  const [approving, setApproving] = useState<string[]>();
  const [busy, setBusy] = useState<"seal" | "look">();
  const columns = useColumns(view === "waiting", view === "waiting" || !!filter.values.due);
  const asked = { ...filter.values, role: roleOf[view], due: filter.values.due || (view === "waiting" ? "any" : "") }; // at the desk the most urgent first
  const list = useInfiniteQuery({
    queryKey: [listKey, asked],
    queryFn: ({ pageParam, signal }) => get<ListPage<EDocument>>(`/e-documents${query({ ...asked, cursor: pageParam, limit: PAGE })}`, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
    placeholderData: (old) => old,
    refetchInterval: 30_000,
  });
  const rows = list.data?.pages.flatMap((p) => p.items) ?? [];
  // What is known to want the other of the two is left out; of the rest the server says what does not fit.
  const fits = (what: "seal" | "look", id: string) => {
    const wanted = rows.find((d) => d.case === id)?.wanted;
    return !wanted?.length || wanted.some((w) => w.seal === (what === "seal"));
  };
  const wants = (what: "seal" | "look") => rows.some((d) => d.wanted?.some((w) => w.seal === (what === "seal")));
  const begin = async (what: "seal" | "look") => {
    setBusy(what);
    try {
      const ids = (chosen.all ? await collect(asked, chosen.but) : [...chosen.ids]).filter((id) => fits(what, id));
      if (ids.length > MOST) return toast(t("docs.tooMany", { count: MOST }), "bad");
      if (!ids.length) return toast(t(what === "seal" ? "docs.noneToSeal" : "docs.noneToApprove"), "bad");
      if (what === "seal") setSealing({ cases: ids });
      else setApproving(ids);
    } catch (e) {
      toast(problemText(e, t).title, "bad");
    } finally {
      setBusy(undefined);
    }
  };
  const empty = filter.narrowed ? "Other" : view === "made" ? "Made" : view === "waiting" ? "Waiting" : "Other";
  const total = list.data?.pages[0]?.total;
  const actions = (n: number) => (
    <>
      <Button size="small" onClick={() => save(csvOf(columns, rows.filter((d) => isChosen(chosen, d.case))), "documents.csv")}>{t("table.exportChosen")}</Button>
      {view === "waiting" && wants("look") ? <Button size="small" type={wants("seal") ? "default" : "primary"} loading={busy === "look"} onClick={() => void begin("look")}>{t("docs.approveChosen")}</Button> : null}
      {view === "waiting" && (wants("seal") || !wants("look")) ? <Button size="small" type="primary" loading={busy === "seal"} onClick={() => void begin("seal")}>{t("docs.sealChosen", { count: n })}</Button> : null}
    </>
  );
  return (
    <>
      {view === "waiting" ? <AskedSealing action="seal" onRestore={setSealing} /> : null}
      <div className="card documents">
        <Narrow filter={filter} onChange={(v) => (setChosen(nothing), filter.set(v))} />
        <Loaded query={list} lines={8}>
          {() => rows.length ? (
            <DenseTable
              name={view === "waiting" ? "e-documents-desk" : "e-documents"}
              caption={t(`docs.view_${view}`)}
              columns={columns}
              rows={rows}
              rowKey={(d) => d.case}
              rowName={(d) => d.number}
              total={total !== undefined && total <= COUNTED ? total : list.hasNextPage ? undefined : rows.length}
              moreThan={COUNTED}
              choosing={{ value: chosen, onChange: setChosen, everything: view === "waiting" }}
              onOpen={(d) => void navigate(`/documents/${d.case}`)}
              actions={actions}
              tools={<a className="button-like" href={`/api/v1/e-documents.csv${query({ ...asked, lang })}`} download>{t("docs.csv")}</a>}
              more={{ has: list.hasNextPage, busy: list.isFetchingNextPage, load: () => void list.fetchNextPage() }}
            />
          ) : <Empty title={t(`docs.empty${empty}`)}><p>{t(`docs.empty${empty}Help`)}</p></Empty>}
        </Loaded>
      </div>
      {approving ? <BulkApprove cases={approving} name={(id) => rows.find((d) => d.case === id)?.number} onClose={() => setApproving(undefined)} onBegun={(id) => void navigate(`/batches/${id}`)} /> : null}
      {sealing ? <BulkSeal {...sealing} action="seal" name={(id) => rows.find((d) => d.case === id)?.number} onClose={() => setSealing(undefined)} onBegun={(id) => void navigate(`/batches/${id}`)} /> : null}
    </>
  );
}
