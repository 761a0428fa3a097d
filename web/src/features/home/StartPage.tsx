import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items, post, put, query } from "@/lib/api/client.ts";
import type { Case, Customer, Operator, Procedure } from "@/lib/api/types.ts";
import { useCase } from "@/lib/case.ts";
import { rights, useSession } from "@/lib/session.ts";
import { labelled, useText } from "@/lib/text.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Choice } from "@/components/Choice.tsx";

const PROCEDURE = "gas-contract";
const categories = [
  { id: "sole-proprietor", title: "start.sole", help: "start.soleHelp" },
  { id: "legal-representative", title: "start.legal", help: "start.legalHelp" },
  { id: "agent", title: "start.agent", help: "start.agentHelp" },
] as const;

/** Begins the case; the category is the first entry of its identity form. */
async function begin(start: { procedure: string; operator: string; from?: string; for?: string }, category: string, key: string): Promise<Case> {
  const c = await post<Case>("/cases", start, { key });
  const section = c.sections.find((s) => s.editable && s.id === "identity");
  const data = { ...(section?.draft ?? section?.data), category };
  // A lost draft costs one more click on the next page, nothing else.
  if (section) await put(`/cases/${c.id}/drafts/${section.id}`, { data }, { etag: section.revision }).catch(() => undefined);
  return c;
}

function StartForm({ operators, procedure, former }: { operators: Operator[]; procedure: Procedure; former?: Case }) {
  const { t } = useTranslation();
  const tx = useText();
  const navigate = useNavigate();
  const [operator, setOperator] = useState(former?.operator ?? operators[0]?.id ?? "");
  const data = (id: string) => former?.sections.find((s) => s.id === id)?.data;
  const identity = data("identity");
  const [category, setCategory] = useState(String(identity?.category ?? ""));
  const { data: session } = useSession();
  const own = session?.org?.kind === "operator" ? session.org : undefined;
  const [customer, setCustomer] = useState<Customer>();
  const known = own ? former?.parties.find((p) => p.role === "applicant") : undefined;
  const start = own ? { procedure: PROCEDURE, operator: own.id, for: customer?.id, from: former?.id } : { procedure: PROCEDURE, operator, from: former?.id };
  const form = useSubmit((key) => begin(start, category, key), (c) => void navigate(`/cases/${c.id}`, { replace: true }));
  if (session && !session.org) return <Notice tone="warn" title={t("start.noOrg")}>{t("start.noOrgHelp")} <Link to="/account">{t("start.toOrgs")}</Link></Notice>;
  if (!own && !operators.length) return <Notice tone="warn" title={t("start.noOperators")} />;
  return (
    <form className="stack" onSubmit={form.submit}>
      <ProblemNotice error={form.error} />
      {former ? <Notice title={t("start.renew", { number: former.number })}>{t("start.renewHelp")}</Notice> : null}
      <div className="card stack">
        {known ? <p>{labelled(t("start.customer"), " ")}<strong>{known.name}</strong></p> : own ? <FindCustomer first={String(identity?.uscc ?? data("paper")?.uscc ?? "")} found={customer} onFound={setCustomer} error={form.faults.for} /> : <Choice name="operator" legend={t("start.operator")} help={t("start.operatorHelp")} value={operator} onChange={setOperator} options={operators.map((o) => ({ value: o.id, title: o.name }))} error={form.faults.operator} />}
        <Choice name="category" legend={t("start.category")} value={category} onChange={setCategory} options={categories.map((c) => ({ value: c.id, title: t(c.title), help: t(c.help) }))} error={form.faults["data.category"]} />
      </div>
      <div className="card">
        <h2>{t("start.needs")}</h2>
        <ol className="start-needs">
          {procedure.stages.filter((s) => s.needs).map((s) => <li key={s.id}><strong>{tx(s.title)}</strong><div className="soft">{tx(s.needs)}</div></li>)}
        </ol>
      </div>
      <div className="row">
        <Button type="primary" size="large" htmlType="submit" loading={form.busy} disabled={!(own ? known ?? customer : operator) || !category}>{t("start.begin")}</Button>
        <span className="soft">{t("start.draft")}</span>
      </div>
    </form>
  );
}

/** At the counter an officer names the customer by its credit code. */
function FindCustomer({ first, found, onFound, error }: { first: string; found?: Customer; onFound: (c?: Customer) => void; error?: string }) {
  const { t } = useTranslation();
  const [code, setCode] = useState(first);
  const [missing, setMissing] = useState(false);
  const search = useSubmit(
    async () => items(await get<{ items: Customer[] }>(`/organisations${query({ uscc: code })}`))[0],
    (c) => (onFound(c), setMissing(!c)),
  );
  const enter = (raw: string) => (setCode(raw.toUpperCase().replace(/\s/g, "")), setMissing(false), onFound(undefined));
  return (
    <div className="stack">
      <ProblemNotice error={search.error} />
      <div className="row" style={{ alignItems: "flex-end" }}>
        <div className="grow" style={{ maxWidth: 420 }}>
          <Field label={t("start.customer")} help={t("start.customerHelp")} required error={missing ? t("start.notFound") : error}>
            <Input className="mono" maxLength={18} autoComplete="off" value={code} onChange={(e) => enter(e.target.value)} onKeyDown={(e) => {
              if (e.key !== "Enter") return;
              e.preventDefault();
              if (code.length === 18) search.submit();
            }} />
          </Field>
        </div>
        <Button loading={search.busy} disabled={code.length !== 18} onClick={() => search.submit()}>{t("start.find")}</Button>
      </div>
      {found ? <p role="status">✓ <strong>{found.name}</strong> <span className="soft num">{found.uscc}</span></p> : null}
    </div>
  );
}

export default function StartPage() {
  const { t } = useTranslation();
  const staff = rights(useSession().data).staff;
  const from = useSearchParams()[0].get("from") ?? "";
  const former = useCase(from);
  const operators = useQuery({ queryKey: ["operators", PROCEDURE], queryFn: async ({ signal }) => items(await get<Operator[]>(`/operators${query({ procedure: PROCEDURE })}`, signal)) });
  const procedure = useQuery({ queryKey: ["procedure", PROCEDURE], queryFn: ({ signal }) => get<Procedure>(`/procedures/${PROCEDURE}`, signal), staleTime: 600_000 });
  return (
    <Page title={t(staff ? "start.counterTitle" : "start.title")} back={{ to: "/", text: t("nav.home") }} narrow>
      <Loaded query={operators}>{(list) => <Loaded query={procedure}>{(p) => (from ? <Loaded query={former}>{(c) => <StartForm operators={list} procedure={p} former={c} />}</Loaded> : <StartForm operators={list} procedure={p} />)}</Loaded>}</Loaded>
    </Page>
  );
}
