import { useState } from "react";
import { Button } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, post } from "@/lib/api/client.ts";
import type { CaseRow, PersonRef } from "@/lib/api/types.ts";
import { caseKey } from "@/lib/case.ts";
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

/** Who handles the case: officers for whose role it waits claim and release it, a supervisor gives it to any of them. */
export function Claim({ row }: { row: CaseRow }) {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const assign = useAssign(row);
  if (row.state.final) return <span>{row.assignee?.name}</span>;
  if (rights(session).supervisor) return <Reassign row={row} onTo={assign.mutate} busy={assign.isPending} />;
  const mine = row.assignee?.id === session?.person.id;
  if (!mine && (row.assignee || !row.handles)) return <span>{row.assignee?.name}</span>;
  const text = t(mine ? "queue.release" : "queue.claim");
  return (
    <Button size="small" loading={assign.isPending} onClick={() => assign.mutate(mine ? "" : "me")} aria-label={`${text} ${row.number}`}>
      {text}
    </Button>
  );
}

/** Those who can handle the case are asked for when somebody is about to choose. */
function Reassign({ row, onTo, busy }: { row: CaseRow; onTo: (to: string) => void; busy: boolean }) {
  const { t } = useTranslation();
  const [choosing, setChoosing] = useState(false);
  const officers = useQuery({ queryKey: [...caseKey(row.id), "officers", row.version], queryFn: ({ signal }) => get<PersonRef[]>(`/cases/${row.id}/officers`, signal), enabled: choosing });
  const label = t("queue.assignTo", { number: row.number });
  if (!row.assignee && !row.waitsForOfficers) return null;
  if (!choosing || !officers.data) return <Button size="small" loading={busy || officers.isLoading} onClick={() => setChoosing(true)} aria-label={`${label} ${row.assignee?.name ?? ""}`}>{row.assignee?.name ?? t("queue.assign")}</Button>;
  const people = new Map(officers.data.map((p) => [p.id, p.name]));
  if (row.assignee) people.set(row.assignee.id, row.assignee.name);
  const options = [{ value: "", text: t("queue.unclaimed") }, ...[...people].map(([value, text]) => ({ value, text }))];
  return <Select label={label} hideLabel disabled={busy} value={row.assignee?.id ?? ""} onChange={onTo} options={options} />;
}
