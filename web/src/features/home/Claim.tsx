import { Button } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items, post } from "@/lib/api/client.ts";
import type { CaseRow, Member } from "@/lib/api/types.ts";
import { rights, useSession } from "@/lib/session.ts";
import { problemText } from "@/lib/problem.ts";
import { Select } from "@/components/Select.tsx";
import { toast } from "@/components/Toast.tsx";

/** Gives a case to an officer ("me" is the caller), or back to the queue (""). */
function useAssign(row: CaseRow) {
  const client = useQueryClient();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: (to: string) => post(`/cases/${row.id}/actions/assign`, { to }, { etag: row.version }),
    onSuccess: (_, to) => toast(t(to === "me" ? "queue.claimed" : to ? "queue.assigned" : "queue.released")),
    onError: (e) => toast(problemText(e, t).title, "bad"),
    onSettled: () => client.invalidateQueries({ queryKey: ["cases"] }),
  });
}

/** Who handles the case: officers claim and release it, a supervisor gives it to anybody. */
export function Claim({ row }: { row: CaseRow }) {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const assign = useAssign(row);
  if (row.state.final) return <span>{row.assignee?.name}</span>;
  if (rights(session).supervisor && session?.org) return <Reassign row={row} org={session.org.id} onTo={assign.mutate} busy={assign.isPending} />;
  if (row.assignee && row.assignee.id !== session?.person.id) return <span>{row.assignee.name}</span>;
  const text = t(row.assignee ? "queue.release" : "queue.claim");
  return (
    <Button size="small" loading={assign.isPending} onClick={() => assign.mutate(row.assignee ? "" : "me")} aria-label={`${text} ${row.number}`}>
      {text}
    </Button>
  );
}

function Reassign({ row, org, onTo, busy }: { row: CaseRow; org: string; onTo: (to: string) => void; busy: boolean }) {
  const { t } = useTranslation();
  const members = useQuery({ queryKey: ["members", org], queryFn: async ({ signal }) => items(await get<Member[] | { items: Member[] }>(`/organisations/${org}/members`, signal)) });
  const waits = new Set(row.waitsFor.map((w) => w.id));
  const able = (members.data ?? []).filter((m) => m.roles.some((r) => waits.has(r)));
  const people = new Map((able.length ? able : (members.data ?? [])).map((m) => [m.person.id, m.person.name]));
  if (row.assignee) people.set(row.assignee.id, row.assignee.name);
  return (
    <Select
      label={t("queue.assignTo", { number: row.number })} hideLabel disabled={busy} value={row.assignee?.id ?? ""} onChange={onTo}
      options={[{ value: "", text: t("queue.unclaimed") }, ...[...people].map(([value, text]) => ({ value, text }))]}
    />
  );
}
