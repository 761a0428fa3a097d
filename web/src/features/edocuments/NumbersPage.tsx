import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, query } from "@/lib/api/client.ts";
import type { components } from "@/lib/api.gen.ts";
import { useLang } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { DataTable } from "@/components/DataTable.tsx";
import { Empty } from "@/components/Empty.tsx";
import { More } from "@/components/More.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { Tag } from "@/components/Tag.tsx";
import "./edocuments.css";

type Account = components["schemas"]["NumberAccount"];

/** What became of every number that was given out. */
export default function NumbersPage() {
  const { t } = useTranslation();
  const lang = useLang();
  const list = useInfiniteQuery({
    queryKey: ["document-numbers"],
    queryFn: ({ pageParam, signal }) => get<Account>(`/document-numbers${query({ cursor: pageParam })}`, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
  });
  const figure = (n: number) => <span className="num">{n}</span>;
  return (
    <Page title={t("numbers.title")} lead={t("numbers.lead")} back={{ to: "/documents", text: t("docs.title") }}>
      <Loaded query={list} lines={6}>
        {(data) => {
          const periods = data.pages[0]?.periods ?? [];
          const voided = data.pages.flatMap((p) => p.voided);
          return (
            <>
              <section className="card" aria-label={t("numbers.title")}>
                {periods.length ? <DataTable caption={t("numbers.title")} rows={periods} rowKey={(p) => p.period} columns={[
                  { key: "period", title: t("numbers.period"), cell: (p) => <span className="mono">{p.period}</span> },
                  { key: "last", title: t("numbers.last"), end: true, cell: (p) => figure(p.last) },
                  { key: "used", title: t("numbers.used"), end: true, cell: (p) => figure(p.used) },
                  { key: "reserved", title: t("numbers.reserved"), end: true, cell: (p) => figure(p.reserved) },
                  { key: "voided", title: t("numbers.voided"), end: true, cell: (p) => figure(p.voided) },
                  { key: "gap", title: t("numbers.gap"), end: true, cell: (p) => <Tag tone={p.gap ? "bad" : "ok"}>{p.gap}</Tag> },
                ]} /> : <Empty title={t("numbers.empty")} />}
              </section>
              <section className="card" aria-label={t("numbers.voidedTitle")}>
                <h2>{t("numbers.voidedTitle")}</h2>
                <p className="soft small">{t("numbers.voidedLead")}</p>
                {voided.length ? <DataTable caption={t("numbers.voidedTitle")} rows={voided} rowKey={(v) => v.number} columns={[
                  { key: "number", title: t("numbers.number"), cell: (v) => <span className="num">{v.number}</span> },
                  { key: "reason", title: t("numbers.reason"), wide: true, cell: (v) => v.reason },
                  { key: "at", title: t("numbers.at"), cell: (v) => <span className="num">{dateTime(v.at, lang)}</span> },
                ]} /> : <Empty title={t("numbers.noVoided")} />}
                <More has={list.hasNextPage} busy={list.isFetchingNextPage} load={() => void list.fetchNextPage()} />
              </section>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
