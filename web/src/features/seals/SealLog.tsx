import { useState } from "react";
import { Link } from "react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { SealEvent } from "@/lib/api/types.ts";
import { labelled, useLang, useText } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { DataTable } from "@/components/DataTable.tsx";
import { ListCard, useSealList } from "./parts.tsx";

const SHORT = 8;

/** All that ever happened to the seal, the newest first. */
export function SealLog({ id }: { id: string }) {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const [whole, setWhole] = useState(false);
  const query = useSealList<SealEvent>(id, "log");
  return (
    <ListCard title={t("seals.log")} empty={t("seals.logEmpty")} query={query}>
      {(list) => (
        <>
          <DataTable caption={t("seals.log")} rows={[...list].sort((a, b) => b.seq - a.seq).slice(0, whole ? undefined : SHORT)} rowKey={(e) => String(e.seq)} columns={[
            { key: "at", title: t("common.date"), cell: (e) => <span className="num">{dateTime(e.at, lang)}</span> },
            { key: "what", title: t("common.details"), wide: true, cell: (e) => labelled(tx(e.title), e.reason ?? "") },
            { key: "who", title: t("common.by"), cell: (e) => e.actor?.name ?? "" },
            { key: "doc", title: t("seals.document"), wide: true, cell: (e) => (e.document || e.digest ? <>{e.case ? <Link className="num" to={`/cases/${e.case}`}>{e.document || t("inbox.open")}</Link> : e.document} {e.digest ? <span className="mono soft small" title={e.digest}>{e.digest.slice(0, 12)}</span> : null}</> : "") },
          ]} />
          {list.length > SHORT ? <p style={{ marginTop: 8 }}><Button type="link" aria-expanded={whole} onClick={() => setWhole(!whole)}>{whole ? t("cases.fewer") : t("cases.viewAll", { count: list.length })}</Button></p> : null}
        </>
      )}
    </ListCard>
  );
}
