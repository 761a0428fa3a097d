import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { Button } from "antd";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, post, query } from "@/lib/api/client.ts";
import type { ArchiveRow, Page as ListPage } from "@/lib/api/types.ts";
import { problemText } from "@/lib/problem.ts";
import { rights, useSession } from "@/lib/session.ts";
import { useLang, useText } from "@/lib/text.ts";
import { date } from "@/lib/time.ts";
import { DataTable, type Column } from "@/components/DataTable.tsx";
import { Empty } from "@/components/Empty.tsx";
import { Input } from "@/components/Input.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { Select } from "@/components/Select.tsx";
import { Tag } from "@/components/Tag.tsx";
import { toast } from "@/components/Toast.tsx";
import { save } from "./save.ts";
import "./archive.css";

const PAGE = 50;
const tones: Record<string, "ok" | "warn" | "bad"> = { effective: "ok", "in-force": "ok", superseded: "warn", expired: "warn", voided: "bad" };

function useColumns(chosen: Set<string>, toggle: (id: string) => void): Column<ArchiveRow>[] {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const customer = !rights(useSession().data).staff;
  const state = (s: string) => t(`cases.docState_${s as "effective"}`, { defaultValue: s });
  return [
    { key: "number", title: t("archive.number"), cell: (d) => <span className="row" style={{ flexWrap: "nowrap" }}><input type="checkbox" className="tick-box" checked={chosen.has(d.id)} onChange={() => toggle(d.id)} aria-label={t("archive.select", { number: d.number })} /><Link className="num" to={`/cases/${d.case}`}>{d.number}</Link></span> },
    { key: "party", title: t("archive.party"), wide: true, cell: (d) => <>{d.party}<br /><span className="soft small">{tx(d.title)}</span></> },
    { key: "address", title: t("archive.address"), wide: true, cell: (d) => d.address },
    { key: "state", title: t("common.state"), cell: (d) => <Tag tone={tones[d.state]}>{state(d.state)}</Tag> },
    { key: "from", title: t("archive.effectiveAt"), cell: (d) => <span className="num">{date(d.effectiveAt, lang)}</span> },
    { key: "to", title: t("archive.expiresAt"), cell: (d) => <span className="num">{date(d.expiresAt, lang)}</span> },
    { key: "do", title: "", end: true, cell: (d) => <span className="row no-print" style={{ justifyContent: "flex-end" }}><a href={`/api/v1/documents/${d.id}/content`} download aria-label={`${t("common.download")} ${d.number}`}>{t("common.download")}</a>{customer && d.state === "effective" ? <Link to={`/start?from=${d.case}`} aria-label={`${t("archive.renew")} ${d.number}`}>{t("archive.renew")}</Link> : null}</span> },
  ];
}

function useFilter() {
  const [params, setParams] = useSearchParams();
  const filter = Object.fromEntries(["q", "state", "from", "to"].map((k) => [k, params.get(k) ?? ""])) as Record<"q" | "state" | "from" | "to", string>;
  const set = (k: string, v: string) => setParams((p) => (v ? p.set(k, v) : p.delete(k), p), { replace: true });
  return { filter, set, clear: () => setParams({}) };
}

/** Every contract, found in a second. */
export default function ArchivePage() {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const { filter, set, clear } = useFilter();
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const toggle = (id: string) => setChosen((old) => (old.has(id) ? new Set([...old].filter((x) => x !== id)) : new Set(old).add(id)));
  const columns = useColumns(chosen, toggle);
  const list = useInfiniteQuery({
    queryKey: ["documents", filter],
    queryFn: ({ pageParam, signal }) => get<ListPage<ArchiveRow>>(`/documents${query({ ...filter, cursor: pageParam, limit: PAGE })}`, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
    placeholderData: (old) => old,
  });
  const zip = async () => {
    try {
      save(await post<Blob>("/documents/zip", { ids: [...chosen] }), "contracts.zip");
    } catch (e) {
      toast(problemText(e, t).title, "bad");
    }
  };
  const actions = (
    <>
      {chosen.size ? <Button type="primary" onClick={() => void zip()}>{t("archive.zip")} · {t("archive.selected", { count: chosen.size })}</Button> : null}
      <a className="ant-btn-like" href={`/api/v1/documents.csv${query(filter)}`} download>{t("archive.csv")}</a>
      {rights(session).staff ? <Link to="/archive/import"><Button>{t("archive.import")}</Button></Link> : null}
    </>
  );
  return (
    <Page title={t("archive.title")} lead={t("archive.lead")} actions={actions}>
      <div className="card archive">
        <form className="archive-filter" role="search" onSubmit={(e) => e.preventDefault()}>
          <Input.Search aria-label={t("common.search")} placeholder={t("archive.search")} defaultValue={filter.q} onSearch={(v) => set("q", v.trim())} />
          <Select label={t("archive.state")} value={filter.state} onChange={(v) => set("state", v)} options={[{ value: "", text: t("archive.all") }, ...(["effective", "expiring", "superseded", "voided"] as const).map((s) => ({ value: s, text: t(`archive.${s}`) }))]} />
          <label className="select"><span className="soft small">{t("archive.from")}</span><input className="native-date" type="date" value={filter.from} onChange={(e) => set("from", e.target.value)} /></label>
          <label className="select"><span className="soft small">{t("archive.to")}</span><input className="native-date" type="date" value={filter.to} onChange={(e) => set("to", e.target.value)} /></label>
        </form>
        <Loaded query={list} lines={8}>
          {(data) => {
            const rows = data.pages.flatMap((p) => p.items);
            if (!rows.length) return <Empty title={t("archive.empty")}><p>{t("archive.emptyHelp")}</p><Button onClick={clear}>{t("common.clear")}</Button></Empty>;
            return (
              <>
                <p className="soft small" role="status">{t("common.total", { count: data.pages[0]?.total ?? rows.length })}</p>
                <DataTable caption={t("archive.title")} columns={columns} rows={rows} rowKey={(d) => d.id} />
                {list.hasNextPage ? <p><Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t("common.more")}</Button></p> : null}
              </>
            );
          }}
        </Loaded>
      </div>
    </Page>
  );
}
