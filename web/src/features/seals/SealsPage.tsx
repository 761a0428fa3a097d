import { Link } from "react-router";
import { useTranslation } from "react-i18next";
import { useText } from "@/lib/text.ts";
import { Empty } from "@/components/Empty.tsx";
import { LinkButton } from "@/components/LinkButton.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { SealPicture } from "@/components/SealPicture.tsx";
import { Tag } from "@/components/Tag.tsx";
import { SealState, useSeals } from "./useSeals.tsx";
import "./seals.css";

export default function SealsPage() {
  const { t } = useTranslation();
  const tx = useText();
  const query = useSeals();
  return (
    <Page title={t("seals.title")} lead={t("seals.lead")} actions={<LinkButton to="/seals/new" type="primary">{t("seals.apply")}</LinkButton>}>
      <Loaded query={query}>
        {(list) => (list.length ? (
          <ul className="seal-grid">
            {list.map((s) => (
              <li key={s.id} className="card seal-card">
                <SealPicture seal={s} size={112} />
                <div>
                  <h2><Link to={`/seals/${s.id}`}>{tx(s.title)}</Link></h2>
                  <div className="soft small">{t(`seal.kind_${s.kind}`)}{s.holder ? ` · ${t("seal.holder", { name: s.holder.name })}` : ""}</div>
                  <SealState seal={s} />{s.outdated ? <> <Tag tone="warn">{t("seals.outdatedTag")}</Tag></> : null}
                </div>
              </li>
            ))}
          </ul>
        ) : <div className="card"><Empty title={t("seals.empty")}>{t("seals.emptyHelp")}</Empty></div>)}
      </Loaded>
    </Page>
  );
}
