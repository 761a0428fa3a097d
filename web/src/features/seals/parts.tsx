import type { ReactNode } from "react";
import { useMutation, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items } from "@/lib/api/client.ts";
import type { Member, PersonRef } from "@/lib/api/types.ts";
import { problemText } from "@/lib/problem.ts";
import { Empty } from "@/components/Empty.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";

/** A list that belongs to a seal: its holders, grants, approvals, log. */
export const useSealList = <T,>(id: string, what: string) =>
  useQuery({ queryKey: ["seals", id, what], queryFn: async ({ signal }) => items(await get<T[]>(`/seals/${encodeURIComponent(id)}/${what}`, signal)) });

/** The people of the organisation, to choose one. */
export const useMembers = (org: string | undefined) =>
  useQuery({ queryKey: ["members", org], enabled: !!org, queryFn: async ({ signal }) => items(await get<Member[]>(`/organisations/${org}/members`, signal)) });

/** Does one thing to a seal at once, and shows the seal anew. */
export function useSealChange<V>(change: (v: V) => Promise<unknown>, done: string) {
  const client = useQueryClient();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: change,
    onSuccess: () => toast(done),
    onError: (e) => toast(problemText(e, t).title, "bad"),
    onSettled: () => client.invalidateQueries({ queryKey: ["seals"] }),
  });
}

type ListProps<T> = { title: string; lead?: string; empty: string; action?: ReactNode; query: UseQueryResult<T[]>; children: (list: T[]) => ReactNode };

/** A card with a list, what is said when it is empty, and what can be added. */
export function ListCard<T>({ title, lead, empty, action, query, children }: ListProps<T>) {
  return (
    <section className="card" aria-label={title}>
      <div className="card-head"><div><h2>{title}</h2>{lead ? <p className="soft small">{lead}</p> : null}</div>{action}</div>
      <Loaded query={query}>{(list) => (list.length ? children(list) : <Empty title={empty} />)}</Loaded>
    </section>
  );
}

export const byName = (list: PersonRef[]) => [...list].sort((a, b) => a.name.localeCompare(b.name));
