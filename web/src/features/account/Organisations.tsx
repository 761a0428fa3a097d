import { useState } from "react";
import { Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import type { Session } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { roleName } from "@/lib/roles.ts";
import { Dialog } from "@/components/Dialog.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { Tag } from "@/components/Tag.tsx";
import { toast } from "@/components/Toast.tsx";

export function Organisations({ session }: { session: Session }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [uscc, setUscc] = useState("");
  const form = useSubmit((key) => post("/organisations", { name, uscc, kind: "customer" }, { key }), () => {
    toast(t("account.orgCreated"));
    setOpen(false);
    void client.invalidateQueries({ queryKey: ["session"] });
  });
  return (
    <section className="card">
      <div className="card-head"><h2>{t("account.orgs")}</h2><Button onClick={() => setOpen(true)}>{t("account.newOrg")}</Button></div>
      {session.orgs.length ? <ul className="stack" style={{ gap: 8 }}>{session.orgs.map((o) => <li key={o.id} className="row between"><span>{o.name}</span><span className="row">{o.roles.map((r) => <Tag key={r}>{roleName(r, t)}</Tag>)}</span></li>)}</ul> : <p className="soft">{t("common.none")}</p>}
      <Dialog open={open} title={t("account.newOrg")} onClose={() => setOpen(false)}>
        <form className="stack" onSubmit={form.submit}>
          <ProblemNotice error={form.error} />
          <Field label={t("account.orgName")} required error={form.faults.name}><Input value={name} onChange={(e) => setName(e.target.value)} /></Field>
          <Field label={t("account.uscc")} help={t("account.usccHelp")} required error={form.faults.uscc}><Input className="mono" maxLength={18} value={uscc} onChange={(e) => setUscc(e.target.value.toUpperCase().trim())} /></Field>
          <div><Button type="primary" htmlType="submit" loading={form.busy} disabled={!name || uscc.length !== 18}>{t("common.save")}</Button></div>
        </form>
      </Dialog>
    </section>
  );
}
