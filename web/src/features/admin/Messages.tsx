import { Link } from "react-router";
import { Button } from "antd";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, newIntent, post, query } from "@/lib/api/client.ts";
import type { FailedMessage } from "@/lib/api/types.ts";
import { codeText, problemText } from "@/lib/problem.ts";
import { useLang } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { Empty } from "@/components/Empty.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";

type Page = { items: FailedMessage[]; next: string; total: number };

/** Messages that could not be delivered, to be sent again once the cause is mended. */
export default function Messages() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const pages = useInfiniteQuery({
    queryKey: ["failed-messages"], initialPageParam: "", getNextPageParam: (last: Page) => last.next || undefined,
    queryFn: ({ pageParam, signal }) => get<Page>(`/messages${query({ state: "failed", cursor: pageParam })}`, signal),
  });
  const resend = useMutation({
    mutationFn: (id: string) => post(`/messages/${id}/resend`, {}, { key: newIntent() }),
    onSuccess: () => toast(t("admin.messageResent")),
    onError: (e) => toast(problemText(e, t).title, "bad"),
    onSettled: () => client.invalidateQueries({ queryKey: ["failed-messages"] }),
  });
  return (
    <section className="card stack">
      <div><h2>{t("admin.messages")}</h2><p className="soft">{t("admin.messagesLead")}</p></div>
      <Loaded query={pages}>
        {({ pages: all }) => {
          const list = all.flatMap((p) => p.items);
          if (!list.length) return <Empty title={t("admin.noMessages")}>{t("admin.noMessagesHelp")}</Empty>;
          return (
            <>
              <p className="soft num">{t("admin.messageCount", { count: all[0]?.total ?? 0 })}</p>
              <ul className="rows">{list.map((m) => <Row key={m.id} m={m} busy={resend.isPending && resend.variables === m.id} onResend={() => resend.mutate(m.id)} />)}</ul>
              {pages.hasNextPage ? <div><Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t("common.more")}</Button></div> : null}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

function Row({ m, busy, onResend }: { m: FailedMessage; busy: boolean; onResend: () => void }) {
  const { t } = useTranslation();
  const lang = useLang();
  const why = codeText(m.problem, t);
  return (
    <li>
      <div className="row between">
        <span className="grow">
          <strong>{t(`admin.channel_${m.channel}`)}</strong> <span className="mono">{m.template}</span> {m.person}
          <br /><span className="soft small num">{dateTime(m.createdAt, lang)} · {why.title ?? m.problem}</span>{m.case ? <> <Link className="small" to={`/cases/${m.case}`}>{t("admin.messageCase")}</Link></> : null}
        </span>
        <Button size="small" loading={busy} onClick={onResend} aria-label={`${t("admin.messageResend")} ${m.template} ${m.person ?? ""}`}>{t("admin.messageResend")}</Button>
      </div>
    </li>
  );
}
