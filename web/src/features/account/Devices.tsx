import { Button } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { del, get, items } from "@/lib/api/client.ts";
import type { SessionRow } from "@/lib/api/types.ts";
import { agentName } from "@/lib/agent.ts";
import { useConsents } from "@/lib/consent.ts";
import { problemText } from "@/lib/problem.ts";
import { useLang } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { Loaded } from "@/components/Problem.tsx";
import { Tag } from "@/components/Tag.tsx";
import { toast } from "@/components/Toast.tsx";

function useEnd(key: string, path: (id: string) => string) {
  const client = useQueryClient();
  const { t } = useTranslation();
  return useMutation({ mutationFn: (id: string) => del(path(id)), onSettled: () => client.invalidateQueries({ predicate: (q) => q.queryKey[0] === key || q.queryKey[0] === "face-devices" || q.queryKey[0] === "fingers" }), onError: (e) => toast(problemText(e, t).title, "bad") });
}

export function Devices() {
  const { t } = useTranslation();
  const lang = useLang();
  const query = useQuery({ queryKey: ["sessions"], queryFn: async ({ signal }) => items(await get<SessionRow[]>("/sessions", signal)) });
  const end = useEnd("sessions", (id) => `/sessions/${id}`);
  return (
    <section className="card">
      <h2>{t("account.sessions")}</h2>
      <Loaded query={query}>
        {(list) => (
          <ul className="stack" style={{ gap: 8 }}>
            {list.map((s) => (
              <li key={s.id} className="row between">
                <span className="grow"><span title={s.agent}>{agentName(s.agent, t("account.unknownDevice"))}</span> {s.current ? <Tag tone="ok">{t("account.current")}</Tag> : null}<br /><span className="soft small num">{s.address} · {t("account.lastSeen")} {dateTime(s.lastSeenAt, lang)}</span></span>
                {s.current ? null : <Button onClick={() => end.mutate(s.id)} aria-label={`${t("account.end")} ${agentName(s.agent, t("account.unknownDevice"))}`}>{t("account.end")}</Button>}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}

export function Consents() {
  const { t } = useTranslation();
  const lang = useLang();
  const query = useConsents();
  const withdraw = useEnd("consents", (kind) => `/consents/${kind}`);
  return (
    <section className="card">
      <h2>{t("account.consents")}</h2>
      <Loaded query={query}>
        {(list) => (list.length ? (
          <ul className="stack" style={{ gap: 8 }}>
            {list.map((c) => (
              <li key={c.kind + c.givenAt} className="row between">
                <span>{c.kind === "face" ? t("account.consentFace") : c.kind === "face-sign-in" ? t("faceDevice.consentTitle") : c.kind === "fingerprint" ? t("finger.title") : c.kind}<br /><span className="soft small num">{t("account.givenAt", { at: dateTime(c.givenAt, lang) })}{c.withdrawnAt ? ` · ${t("account.withdrawn", { at: dateTime(c.withdrawnAt, lang) })}` : c.stands ? "" : ` · ${t("account.reworded")}`}</span>
                  {c.text ? <details className="small"><summary>{t("account.consentText", { version: c.version })}</summary><p>{c.text}</p></details> : null}
                </span>
                {c.withdrawnAt ? null : <Button onClick={() => withdraw.mutate(c.kind)}>{t("account.withdraw")}</Button>}
              </li>
            ))}
          </ul>
        ) : <p className="soft">{t("account.noConsents")}</p>)}
      </Loaded>
    </section>
  );
}
