import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { get, query } from "@/lib/api/client.ts";
import type { CaseRow, Page } from "@/lib/api/types.ts";

const SIZE = 50;

/** Cases page by page, with how many there are in all. */
export function useCaseList(name: string, filter: Record<string, string | boolean | undefined>) {
  const list = useInfiniteQuery({
    queryKey: ["cases", name, filter],
    queryFn: ({ pageParam, signal }) => get<Page<CaseRow>>(`/cases${query({ ...filter, limit: SIZE, cursor: pageParam })}`, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
    placeholderData: keepPreviousData,
  });
  const rows = list.data?.pages.flatMap((p) => p.items) ?? [];
  return { ...list, rows, total: list.data?.pages[0]?.total ?? rows.length, more: { has: list.hasNextPage, busy: list.isFetchingNextPage, load: () => void list.fetchNextPage() } };
}
