import { Link } from "react-router";
import { Button } from "antd";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, put, query } from "@/lib/api/client.ts";
import type { InboxItem, Page as ListPage } from "@/lib/api/types.ts";
import { useLang, useText } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { Empty } from "@/components/Empty.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { Tag } from "@/components/Tag.tsx";

function useMark() {
  const client = useQueryClient();
  return useMutation({ mutationFn: (what: string) => put(`/inbox/${what}`, {}), onSettled: () => client.invalidateQueries({ queryKey: ["inbox"] }) });
}

/** The page of a seal that a message is about: its address ends the message. */
const sealIn = (body: string) => /\/seals\/[\w-]+(?=\s*$)/.exec(body)?.[0];

/** The mail ends with an address, for which there is a link here. */
const withoutLink = (body: string) => body.replace(/[^\n。.！!]*https?:\/\/\S+\s*$/, "").trim();

function Message({ m, onRead }: { m: InboxItem; onRead: () => void }) {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const to = m.case ? `/cases/${m.case}` : sealIn(tx(m.body));
  return (
    <li className="card" style={m.readAt ? undefined : { boxShadow: "inset 4px 0 var(--cinnabar)" }}>
      <div className="row between">
        <h2 style={m.readAt ? { fontWeight: 500 } : undefined}>{tx(m.title)} {m.readAt ? null : <Tag tone="red">{t("inbox.unread")}</Tag>}</h2>
        <time className="soft small num" dateTime={m.at}>{dateTime(m.at, lang)}</time>
      </div>
      <p style={{ whiteSpace: "pre-line", overflowWrap: "anywhere" }}>{to ? withoutLink(tx(m.body)) : tx(m.body)}</p>
      {to ? <Link to={to} onClick={m.readAt ? undefined : onRead}>{t(m.case ? "inbox.open" : "inbox.openSeal")}</Link> : null}
    </li>
  );
}

export default function InboxPage() {
  const { t } = useTranslation();
  const mark = useMark();
  const list = useInfiniteQuery({
    queryKey: ["inbox", "all"],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => get<ListPage<InboxItem>>(`/inbox${query({ limit: 50, cursor: pageParam || undefined })}`, signal),
    getNextPageParam: (last) => last.next || undefined,
  });
  const unread = !!list.data?.pages[0]?.total;
  return (
    <Page title={t("inbox.title")} narrow actions={unread ? <Button loading={mark.isPending} onClick={() => mark.mutate("read-all")}>{t("inbox.readAll")}</Button> : undefined}>
      <Loaded query={{ ...list, data: list.data?.pages.flatMap((p) => p.items) }}>
        {(rows) => (rows.length ? <ul className="stack" style={{ gap: 10 }}>{rows.map((m) => <Message key={m.id} m={m} onRead={() => mark.mutate(`${m.id}/read`)} />)}</ul> : <div className="card"><Empty title={t("inbox.empty")}>{t("inbox.emptyHelp")}</Empty></div>)}
      </Loaded>
      {list.hasNextPage ? <div><Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t("common.more")}</Button></div> : null}
    </Page>
  );
}
