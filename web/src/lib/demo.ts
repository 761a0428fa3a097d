import { useQuery } from "@tanstack/react-query";
import { get, items } from "./api/client.ts";
import type { DemoAccount } from "./api/types.ts";

async function accounts(): Promise<DemoAccount[]> {
  try {
    return items(await get<DemoAccount[] | { items: DemoAccount[] }>("/demo/accounts"));
  } catch {
    return []; // not a demonstration
  }
}

/** The demonstration's accounts; an empty list outside a demonstration. */
export const useDemo = () => useQuery({ queryKey: ["demo"], queryFn: accounts, staleTime: Infinity, retry: false });
