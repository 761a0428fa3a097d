import { Button } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { del, get, put } from "@/lib/api/client.ts";
import type { Invitation } from "@/lib/api/types.ts";
import { problemText } from "@/lib/problem.ts";
import { roleName } from "@/lib/roles.ts";
import { toast } from "@/components/Toast.tsx";

/** Organisations that ask the person to be a member; nothing is shown when there is none. */
export function Invitations() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const query = useQuery({ queryKey: ["invitations"], queryFn: ({ signal }) => get<Invitation[]>("/invitations", signal) });
  const answer = useMutation({
    mutationFn: ({ org, yes }: { org: string; yes: boolean }) => (yes ? put(`/invitations/${org}`, {}) : del(`/invitations/${org}`)),
    onSuccess: (_, { yes }) => toast(t(yes ? "account.invitationAccepted" : "account.invitationDeclined")),
    onError: (e) => toast(problemText(e, t).title, "bad"),
    onSettled: () => (void client.invalidateQueries({ queryKey: ["invitations"] }), client.invalidateQueries({ queryKey: ["session"] })),
  });
  if (!query.data?.length) return null;
  return (
    <section className="card">
      <h2>{t("account.invitations")}</h2>
      <ul className="rows">
        {query.data.map((i) => (
          <li key={i.org.id} className="row between">
            <span>{t("account.invitationFrom", { org: i.org.name, roles: i.roles.map((r) => roleName(r, t)).join(t("admin.invitedAnd")) })}</span>
            <span className="row">
              <Button type="primary" loading={answer.isPending} onClick={() => answer.mutate({ org: i.org.id, yes: true })}>{t("account.invitationAccept")}</Button>
              <Button disabled={answer.isPending} onClick={() => answer.mutate({ org: i.org.id, yes: false })}>{t("account.invitationDecline")}</Button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
