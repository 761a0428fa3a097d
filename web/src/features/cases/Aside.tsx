import { Link } from "react-router";
import { useTranslation } from "react-i18next";
import type { Case } from "@/lib/api/types.ts";
import { bracketed, useLang, useText } from "@/lib/text.ts";
import { dateTime, dayWithWeekday } from "@/lib/time.ts";
import { Due } from "@/components/Due.tsx";
import { AssuranceReached, RegistryFinding } from "@/components/Trust.tsx";

/** Whom to ask, what to expect, who takes part. */
export function Aside({ c }: { c: Case }) {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  return (
    <aside className="stack case-aside">
      <section className="card">
        <h2>{t("cases.info")}</h2>
        <dl className="facts">
          <dt>{t("cases.handler")}</dt>
          <dd>{c.handler?.name ? bracketed(c.handler.name, c.handler.org) : (c.handler?.org ?? t("cases.noHandler"))}</dd>
          {c.handler?.phone ? <><dt>{t("common.phone")}</dt><dd><a className="num" href={`tel:${c.handler.phone}`}>{c.handler.phone}</a></dd></> : null}
          {c.expectedAt ? <><dt>{t("cases.expected")}</dt><dd>{dayWithWeekday(c.expectedAt, lang)}</dd></> : null}
          {c.deadlines.map((d) => <div key={d.name} style={{ display: "contents" }}><dt>{tx(d.title)}</dt><dd><Due due={d.due} /><br /><span className="soft small num">{dateTime(d.due, lang)}</span></dd></div>)}
        </dl>
      </section>
      <section className="card">
        <h2>{t("cases.parties")}</h2>
        <dl className="facts">
          {c.parties.map((p, i) => <div key={i} style={{ display: "contents" }}><dt>{tx(p.title)}</dt><dd>{p.name}</dd></div>)}
        </dl>
        {c.from ? <p style={{ marginTop: 8 }}><Link to={`/cases/${c.from}`}>{t("cases.from")}</Link></p> : null}
      </section>
      {c.registry ? (
        <section className="card">
          <h2>{t("cases.registry")}</h2>
          <RegistryFinding c={c} />
        </section>
      ) : null}
      {c.assurance ? (
        <section className="card">
          <h2>{t("cases.assurance")}</h2>
          <AssuranceReached c={c} />
        </section>
      ) : null}
    </aside>
  );
}
