import { Link, useSearchParams } from "react-router";
import { Button } from "antd";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "@/lib/api/client.ts";
import type { CaseRow, Procedure } from "@/lib/api/types.ts";
import { rights, useSession, type Rights } from "@/lib/session.ts";
import { counted, useText } from "@/lib/text.ts";
import { DataTable, type Column } from "@/components/DataTable.tsx";
import { Due, Since } from "@/components/Due.tsx";
import { Empty } from "@/components/Empty.tsx";
import { Input } from "@/components/Input.tsx";
import { LinkButton } from "@/components/LinkButton.tsx";
import { More } from "@/components/More.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { Select } from "@/components/Select.tsx";
import { Tag } from "@/components/Tag.tsx";
import { Claim } from "./Claim.tsx";
import { useCaseList } from "./useCaseList.ts";
import "./Queue.css";

const PROCEDURE = "gas-contract";
const views = ["open", "waiting", "running", "done", "all"] as const;
type View = (typeof views)[number];

function useColumns(): Column<CaseRow>[] {
  const { t } = useTranslation();
  const tx = useText();
  return [
    { key: "case", title: t("queue.applicant"), wide: true, cell: (c) => <><Link to={`/cases/${c.id}`}>{c.title || tx(c.procedure.title)}</Link><br /><span className="soft small num">{c.number}</span></> },
    { key: "state", title: t("common.state"), cell: (c) => <Tag tone={c.waitsFor.length ? "info" : undefined}>{tx(c.state.title)}</Tag> },
    { key: "age", title: t("queue.age"), cell: (c) => <span className="num"><Since at={c.enteredAt} /></span> },
    { key: "due", title: t("home.deadline"), cell: (c) => <span className="num"><Due due={c.deadline} /></span> },
    { key: "who", title: t("queue.assignee"), cell: (c) => <Claim row={c} /> },
  ];
}

function useStates(): UseQueryResult<Procedure> {
  return useQuery({ queryKey: ["procedure", PROCEDURE], queryFn: ({ signal }) => get<Procedure>(`/procedures/${PROCEDURE}`, signal), staleTime: 600_000 });
}

/** Who searches looks everywhere; a supervisor decides nothing alone, and watches what runs. */
const defaultView = (mayDo: Rights, searching: string): View => (searching ? "all" : mayDo.supervisor ? "running" : "open");
const asked = (view: View) => (view === "all" ? {} : view === "running" ? { open: true } : { mine: view });

/** The clerks' queue: filter, search, claim. The filters stand in the address, so that a view can be kept. */
export function Queue() {
  const { t } = useTranslation();
  const tx = useText();
  const [params, setParams] = useSearchParams();
  const value = (k: string) => params.get(k) ?? "";
  const set = (k: string, v: string) => setParams((p) => (v ? p.set(k, v) : p.delete(k), p), { replace: true });
  const mayDo = rights(useSession().data);
  const view: View = views.find((v) => v === value("view")) ?? defaultView(mayDo, value("q") || value("state"));
  const sort = value("sort") === "updated" ? "updated" : "deadline";
  const filter = { procedure: PROCEDURE, state: value("state"), assignee: value("assignee"), q: value("q"), ...asked(view), sort };
  const filtered = !!(filter.state || filter.assignee || filter.q || value("view"));
  const list = useCaseList("queue", filter);
  const states = useStates();
  const columns = useColumns();
  return (
    <Page title={t("queue.title")} lead={t("queue.lead")} actions={<>{mayDo.sealer ? <LinkButton to="/countersign">{t("counter.go")}</LinkButton> : null}{mayDo.clerk ? <LinkButton to="/start" type="primary">{t("queue.counterCase")}</LinkButton> : null}</>}>
      <div className="card queue">
        <form className="queue-filter" role="search" onSubmit={(e) => e.preventDefault()}>
          <Input.Search aria-label={t("common.search")} placeholder={t("queue.search")} defaultValue={filter.q} onSearch={(v) => set("q", v.trim())} />
          <Select label={t("queue.view")} value={view} onChange={(v) => set("view", v)} options={views.map((v) => ({ value: v, text: t(`queue.view_${v}`) }))} />
          <Select label={t("queue.state")} value={filter.state} onChange={(v) => set("state", v)} options={[{ value: "", text: t("common.all") }, ...(states.data?.states.map((s) => ({ value: s.id, text: tx(s.title) })) ?? [])]} />
          <Select label={t("queue.assignee")} value={filter.assignee} onChange={(v) => set("assignee", v)} options={[{ value: "", text: t("queue.everyone") }, { value: "me", text: t("queue.mine") }, { value: "none", text: t("queue.unclaimed") }]} />
          <Select label={t("queue.sort")} value={sort} onChange={(v) => set("sort", v === "deadline" ? "" : v)} options={[{ value: "deadline", text: t("queue.deadlineSort") }, { value: "updated", text: t("queue.updatedSort") }]} />
        </form>
        <Loaded query={list} lines={8}>
          {() => (
            <>
              <p className="soft small" role="status">{t("table.total", { n: counted(list.total) })}</p>
              {list.rows.length ? <><DataTable caption={t("queue.title")} columns={columns} rows={list.rows} rowKey={(c) => c.id} /><More {...list.more} /></> : <Empty title={t(filtered ? "queue.emptyFilter" : "queue.empty")}>{filtered ? <Button onClick={() => setParams({})}>{t("common.clear")}</Button> : t("queue.emptyHelp")}</Empty>}
            </>
          )}
        </Loaded>
      </div>
    </Page>
  );
}
