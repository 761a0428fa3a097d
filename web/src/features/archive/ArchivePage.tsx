import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { Button } from "antd";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, post, query } from "@/lib/api/client.ts";
import type { ArchiveRow, Page as ListPage } from "@/lib/api/types.ts";
import { problemText } from "@/lib/problem.ts";
import { save } from "@/lib/save.ts";
import { rights, useSession } from "@/lib/session.ts";
import { useLang, useText } from "@/lib/text.ts";
import { date } from "@/lib/time.ts";
import { Empty } from "@/components/Empty.tsx";
import { LinkButton } from "@/components/LinkButton.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { Tag } from "@/components/Tag.tsx";
import { toast } from "@/components/Toast.tsx";
import type { Column } from "@/components/table/columns.ts";
import { csvOf } from "@/components/table/csv.ts";
import { DenseTable } from "@/components/table/DenseTable.tsx";
import { Filters, type Filter } from "@/components/table/Filters.tsx";
import { isChosen, nothing } from "@/components/table/selection.ts";
import "./archive.css";

const PAGE = 50;
const tones: Record<string, "ok" | "warn" | "bad"> = { effective: "ok", "in-force": "ok", superseded: "warn", expired: "warn", voided: "bad", "taken-out": "warn" };

function useColumns(): Column<ArchiveRow>[] {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const mayDo = rights(useSession().data);
  const mayRenew = !mayDo.staff || mayDo.clerk;
  const state = (s: string) => t(`cases.docState_${s as "effective"}`, { defaultValue: s });
  return [
    { key: "number", title: t("archive.number"), cell: (d) => <Link className="num" to={`/cases/${d.case}`}>{d.number}</Link>, text: (d) => d.number },
    { key: "party", title: t("archive.party"), wide: true, cell: (d) => <>{d.party}<br /><span className="soft small">{tx(d.title)}</span></>, text: (d) => d.party },
    { key: "address", title: t("archive.address"), wide: true, optional: true, cell: (d) => d.address, text: (d) => d.address },
    { key: "state", title: t("common.state"), cell: (d) => <Tag tone={tones[d.state]}>{state(d.state)}</Tag>, text: (d) => state(d.state) },
    { key: "from", title: t("archive.effectiveAt"), optional: true, cell: (d) => <span className="num">{date(d.effectiveAt, lang)}</span>, text: (d) => date(d.effectiveAt, lang) },
    { key: "to", title: t("archive.expiresAt"), optional: true, cell: (d) => <span className="num">{date(d.expiresAt, lang)}</span>, text: (d) => date(d.expiresAt, lang) },
    { key: "do", title: "", end: true, cell: (d) => <span className="row no-print" style={{ justifyContent: "flex-end" }}><a href={`/api/v1/documents/${d.id}/content`} download aria-label={`${t("common.download")} ${d.number}`}>{t("common.download")}</a>{mayRenew && d.kind === "gas-contract" && ["effective", "expired"].includes(d.state) ? <Link to={`/start?from=${d.case}`} aria-label={`${t("archive.renew")} ${d.number}`}>{t("archive.renew")}</Link> : null}</span> },
  ];
}

/** The filters stand in the address, so that a view can be kept. */
function useFilter() {
  const { t } = useTranslation();
  const { staff } = rights(useSession().data);
  const [params, setParams] = useSearchParams();
  const filter = Object.fromEntries(["q", "number", "party", "uscc", "state", "from", "to"].map((k) => [k, params.get(k) ?? ""]));
  const set = (values: Record<string, string>) => setParams(Object.fromEntries(Object.entries(values).filter(([, v]) => v)), { replace: true });
  const filters: Filter[] = [
    { kind: "search", key: "q", hint: t("archive.search") },
    { kind: "search", key: "number", hint: t("archive.number"), label: t("archive.number") },
    { kind: "search", key: "party", hint: t("archive.party"), label: t("archive.party") },
    { kind: "search", key: "uscc", hint: t("account.uscc"), label: t("account.uscc"), max: 18 },
    { kind: "choice", key: "state", label: t("archive.state"), options: (["effective", "expiring", "expired", "superseded", "voided", ...(staff ? (["taken-out"] as const) : [])] as const).map((s) => ({ value: s, text: t(`archive.${s}`) })) },
    { kind: "dates", from: "from", to: "to", label: t("archive.effectiveAt") },
  ];
  return { filters, filter, set };
}

/** Every contract, found in a second. */
export default function ArchivePage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data: session } = useSession();
  const { filters, filter, set } = useFilter();
  const [chosen, setChosen] = useState(nothing);
  const columns = useColumns();
  const list = useInfiniteQuery({
    queryKey: ["documents", filter],
    queryFn: ({ pageParam, signal }) => get<ListPage<ArchiveRow>>(`/documents${query({ ...filter, cursor: pageParam, limit: PAGE })}`, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
    placeholderData: (old) => old,
  });
  const change = (values: Record<string, string>) => (setChosen(nothing), set(values));
  const zip = async () => {
    try {
      save(await post<Blob>("/documents/zip", { ids: chosen.all ? [] : [...chosen.ids] }), "contracts.zip");
    } catch (e) {
      toast(problemText(e, t).title, "bad");
    }
  };
  const picked = (rows: ArchiveRow[]) => rows.filter((d) => isChosen(chosen, d.id));
  return (
    <Page title={t("archive.title")} lead={t("archive.lead")} actions={rights(session).staff ? <LinkButton to="/archive/import">{t("archive.import")}</LinkButton> : null}>
      <div className="card archive">
        <Filters filters={filters} values={filter} onChange={change} />
        <Loaded query={list} lines={8}>
          {(data) => {
            const rows = data.pages.flatMap((p) => p.items);
            if (!rows.length) return <Empty title={t("archive.empty")}><p>{t("archive.emptyHelp")}</p></Empty>;
            return (
              <DenseTable
                name="archive"
                caption={t("archive.title")}
                columns={columns}
                rows={rows}
                rowKey={(d) => d.id}
                rowName={(d) => d.number}
                total={list.hasNextPage ? undefined : rows.length}
                choosing={{ value: chosen, onChange: setChosen }}
                onOpen={(d) => void navigate(`/cases/${d.case}`)}
                actions={() => (
                  <>
                    <Button size="small" onClick={() => save(csvOf(columns, picked(rows)), "contracts.csv")}>{t("table.exportChosen")}</Button>
                    <Button size="small" type="primary" onClick={() => void zip()}>{t("archive.zip")}</Button>
                  </>
                )}
                tools={<a className="button-like" href={`/api/v1/documents.csv${query(filter)}`} download>{t("archive.csv")}</a>}
                more={{ has: list.hasNextPage, busy: list.isFetchingNextPage, load: () => void list.fetchNextPage() }}
              />
            );
          }}
        </Loaded>
      </div>
    </Page>
  );
}
