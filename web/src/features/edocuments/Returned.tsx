import { Link } from "react-router";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "@/lib/api/client.ts";
import type { EDocument, Page as ListPage } from "@/lib/api/types.ts";
import { counted, labelled } from "@/lib/text.ts";
import { Notice } from "@/components/Notice.tsx";
import { listKey } from "./data.ts";

const SHOWN = 5;

/** What came back and why, before everything else. */
export function Returned() {
  const { t } = useTranslation();
  const list = useQuery({ queryKey: [listKey, "returned"], queryFn: ({ signal }) => get<ListPage<EDocument>>(`/e-documents?role=creator&state=returned&limit=${SHOWN}`, signal), refetchInterval: 30_000 });
  const count = list.data?.total ?? 0;
  if (!count) return null;
  return (
    <Notice tone="warn" title={t("docs.returnedTitle", { n: counted(count) })}>
      <ul className="doc-returned">
        {list.data!.items.map((d) => (
          <li key={d.case}>
            <span className="grow"><Link className="num" to={`/documents/${d.case}`}>{d.number}</Link> {d.title}<br /><span className="soft">{labelled(t("docs.reason"), d.reason ?? "")}</span></span>
            <Link to={`/documents/${d.case}/correct`} aria-label={`${t("docs.correct")} ${d.number}`}>{t("docs.correct")}</Link>
          </li>
        ))}
      </ul>
      {count > SHOWN ? <Link to="/documents?view=made&state=returned">{t("docs.allReturned")}</Link> : null}
    </Notice>
  );
}
