import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items } from "@/lib/api/client.ts";
import type { FtpWaitingFile } from "@/lib/api/types.ts";
import { codeText } from "@/lib/problem.ts";
import { useLang } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { DataTable } from "@/components/DataTable.tsx";
import { Dialog } from "@/components/Dialog.tsx";
import { Empty } from "@/components/Empty.tsx";
import { Loaded } from "@/components/Problem.tsx";

/** What lies in the inbox of an FTP account, and what each file waits for. */
export function FtpWaiting({ account, onClose }: { account: string; onClose: () => void }) {
  const { t } = useTranslation();
  const lang = useLang();
  const list = useQuery({ queryKey: ["ftp-waiting", account], queryFn: async ({ signal }) => items(await get<{ items: FtpWaitingFile[] }>(`/ftp-accounts/${account}/waiting`, signal)), refetchInterval: 10_000 });
  const why = (f: FtpWaitingFile) => (f.waitsFor === "retry" ? codeText(f.code ?? "", t).title ?? f.detail ?? f.code : t(`ftp.waits_${f.waitsFor}`, { name: f.name }));
  return (
    <Dialog open title={t("ftp.waitingTitle", { name: account })} onClose={onClose}>
      <Loaded query={list}>
        {(files) => (files.length ? (
          <DataTable caption={t("ftp.waiting")} rows={files} rowKey={(f) => f.file} columns={[
            { key: "file", title: t("ftp.file"), cell: (f) => <span className="mono">{f.file}</span> },
            { key: "why", title: t("ftp.waitsFor"), wide: true, cell: (f) => <>{why(f)}{f.until ? <span className="soft small"> · {t("ftp.waitsUntil", { at: dateTime(f.until, lang) })}</span> : null}</> },
            { key: "since", title: t("ftp.since"), cell: (f) => <span className="num">{dateTime(f.since, lang)}</span> },
          ]} />
        ) : <Empty title={t("ftp.waitingNone")} />)}
      </Loaded>
    </Dialog>
  );
}
