import { useState } from "react";
import { useNavigate } from "react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import type { DemoAccount, Session, SignInAnswer } from "@/lib/api/types.ts";
import { useDemo } from "@/lib/demo.ts";
import { roleName } from "@/lib/roles.ts";
import { useSetSession } from "@/lib/session.ts";
import { listed } from "@/lib/text.ts";
import { DataTable } from "@/components/DataTable.tsx";
import { Empty } from "@/components/Empty.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";

/** The demonstration's people: one click signs in as any of them. */
export default function AccountsPage() {
  const { t } = useTranslation();
  const demo = useDemo();
  const setSession = useSetSession();
  const navigate = useNavigate();
  const [error, setError] = useState<unknown>();
  const signIn = async (a: DemoAccount) => {
    try {
      const answer = await post<SignInAnswer>("/sessions", { method: "password", login: a.login, password: a.password });
      if ("totpRequired" in answer) return void navigate("/signin");
      setSession(answer as Session);
      void navigate("/");
    } catch (e) {
      setError(e);
    }
  };
  return (
    <Page title={t("demoText.accountsTitle")} lead={t("demoText.accountsLead")}>
      <ProblemNotice error={error} />
      <Loaded query={demo}>
        {(list) =>
          list.length ? (
            <div className="card">
              <DataTable
                caption={t("demoText.accountsTitle")}
                rows={list}
                rowKey={(a) => a.login}
                columns={[
                  { key: "name", title: t("common.name"), cell: (a) => <>{a.name}{a.org ? <span className="soft"> · {a.org}</span> : null}</> },
                  { key: "role", title: t("account.roles"), cell: (a) => listed(a.role.split(/[,、]\s*/).map((r) => roleName(r, t))) },
                  { key: "login", title: t("demoText.login"), cell: (a) => <code>{a.login}</code> },
                  { key: "password", title: t("demoText.password"), cell: (a) => <code>{a.password}</code> },
                  { key: "go", title: "", end: true, cell: (a) => <Button type="primary" size="small" onClick={() => void signIn(a)} aria-label={`${t("demoText.signInAs")} ${a.name}`}>{t("demoText.signInAs")}</Button> },
                ]}
              />
            </div>
          ) : <Empty title={t("demoText.off")} />
        }
      </Loaded>
    </Page>
  );
}
