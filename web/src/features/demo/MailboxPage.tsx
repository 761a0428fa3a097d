import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items } from "@/lib/api/client.ts";
import type { DemoMail } from "@/lib/api/types.ts";
import { useLang } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { Empty } from "@/components/Empty.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded } from "@/components/Problem.tsx";

const REFRESH_MS = 3000;

function Box({ title, path }: { title: string; path: string }) {
  const { t } = useTranslation();
  const lang = useLang();
  const query = useQuery({ queryKey: ["demo", path], queryFn: async ({ signal }) => items(await get<DemoMail[] | { items: DemoMail[] }>(path, signal)), refetchInterval: REFRESH_MS });
  return (
    <section className="card">
      <h2>{title}</h2>
      <Loaded query={query}>
        {(list) => (list.length ? (
          <ul className="stack">
            {[...list].sort((a, b) => b.at.localeCompare(a.at)).map((m, i) => (
              <li key={i} style={{ borderTop: "1px solid var(--line)", paddingTop: 10 }}>
                <div className="soft small num">{dateTime(m.at, lang)} · {t("demoText.to")} {m.to}</div>
                {m.subject ? <strong>{m.subject}</strong> : null}
                <p style={{ whiteSpace: "pre-line", overflowWrap: "anywhere" }}>{m.body}</p>
              </li>
            ))}
          </ul>
        ) : <Empty title={t("demoText.empty")} />)}
      </Loaded>
    </section>
  );
}

/** What the stand-ins for mail and SMS received. */
export default function MailboxPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("demoText.mailboxTitle")} lead={t("demoText.mailboxLead")}>
      <div style={{ display: "grid", gap: 16, gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 340px), 1fr))", alignItems: "start" }}>
        <Box title={t("demoText.sms")} path="/demo/sms" />
        <Box title={t("demoText.mail")} path="/demo/mailbox" />
      </div>
    </Page>
  );
}
