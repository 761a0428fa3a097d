import { Link } from "react-router";
import { useTranslation } from "react-i18next";
import type { CaseRow } from "@/lib/api/types.ts";
import { listed, useLang, useText } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { Tag } from "@/components/Tag.tsx";
import { Due } from "@/components/Due.tsx";
import "./CaseList.css";

/** Cases as people know them: what it is about, where it stands, who is waited for. */
export function CaseList({ rows, mine }: { rows: CaseRow[]; mine: boolean }) {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  return (
    <ul className="case-list">
      {rows.map((c) => (
        <li key={c.id}>
          <Link to={`/cases/${c.id}`} className="case-item">
            <span className="case-main">
              <strong>{tx(c.procedure.title)}</strong>
              <span className="soft small num">{c.number}{c.title ? ` · ${c.title}` : ""}</span>
            </span>
            <span className="case-state">
              <Tag tone={mine ? "red" : c.waitsFor.length ? "info" : "ok"}>{tx(c.state.title)}</Tag>
              {!mine && c.waitsFor.length ? <span className="soft small">{t("home.waitsFor", { who: listed(c.waitsFor.map((w) => tx(w.title))) })}</span> : null}
            </span>
            <span className="case-when soft small">
              <Due due={c.deadline} />
              <span>{t("home.updated")} {dateTime(c.updatedAt, lang)}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
