import { Link } from "react-router";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, query } from "@/lib/api/client.ts";
import type { Batch, Page as ListPage } from "@/lib/api/types.ts";
import { useLang, useText } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { DataTable } from "@/components/DataTable.tsx";
import { Empty } from "@/components/Empty.tsx";
import { More } from "@/components/More.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { BatchTag, kindText, titleOf } from "./BatchTag.tsx";

/** The runs that one may see, the newest first. */
export default function BatchesPage() {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const list = useInfiniteQuery({
    queryKey: ["batches"],
    queryFn: ({ pageParam, signal }) => get<ListPage<Batch>>(`/batches${query({ cursor: pageParam, limit: 50 })}`, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
    refetchInterval: 5000,
  });
  return (
    <Page title={t("batch.title")} lead={t("batch.lead")} back={{ to: "/documents", text: t("docs.title") }}>
      <div className="card">
        <Loaded query={list} lines={6}>
          {(data) => {
            const rows = data.pages.flatMap((p) => p.items);
            if (!rows.length) return <Empty title={t("batch.empty")}>{t("batch.emptyHelp")}</Empty>;
            return (
              <>
                <DataTable caption={t("batch.title")} rows={rows} rowKey={(b) => b.id} columns={[
                  { key: "title", title: t("batch.title"), wide: true, cell: (b) => <Link to={`/batches/${b.id}`}>{titleOf(b, t)}</Link> },
                  { key: "kind", title: t("batch.kind"), cell: (b) => kindText(b, t) },
                  { key: "state", title: t("common.state"), cell: (b) => <span className="row"><BatchTag batch={b} />{b.state === "waiting" && b.reason ? <span className="soft small">{tx(b.reason.text)}</span> : null}</span> },
                  { key: "progress", title: t("batch.progress"), end: true, cell: (b) => <span className="num">{b.done} / {b.total}{b.failed ? <> · <span className="field-error">{t("batch.failed", { count: b.failed })}</span></> : null}</span> },
                  { key: "by", title: t("batch.by"), cell: (b) => b.by },
                  { key: "began", title: t("batch.began"), cell: (b) => <span className="num">{dateTime(b.createdAt, lang)}</span> },
                  { key: "ended", title: t("batch.finished"), cell: (b) => <span className="num">{dateTime(b.finishedAt, lang)}</span> },
                ]} />
                <More has={list.hasNextPage} busy={list.isFetchingNextPage} load={() => void list.fetchNextPage()} />
              </>
            );
          }}
        </Loaded>
      </div>
    </Page>
  );
}
