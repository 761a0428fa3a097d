import { useQuery } from "@tanstack/react-query";
import { get, items, query } from "@/lib/api/client.ts";
import type { Appliance, JsonSchema } from "@/lib/api/types.ts";

type Data = Record<string, unknown>;
type Row = { name?: string; flow?: string };

/** The list of a form that is filled from the gas company's catalogue. */
export const FROM_CATALOGUE = "appliances";

/** The catalogue of the company that runs the case; empty where the form has no such list. */
export function useCatalogue(schema: JsonSchema, operator?: string): Appliance[] {
  const asked = FROM_CATALOGUE in ((schema.properties as object | undefined) ?? {});
  const list = useQuery({
    queryKey: ["catalogue", operator],
    queryFn: async ({ signal }) => items(await get<{ items: Appliance[] }>(`/catalogue/appliances${query({ operator })}`, signal)),
    enabled: asked && !!operator,
    staleTime: 600_000,
  });
  return list.data ?? [];
}

/**
 * Fills in the rated flow of appliances of the catalogue, which counts whatever is entered. Of what the catalogue does
 * not have the person enters it; one of the appliance chosen before goes.
 */
export function withFlow(before: Data, after: Data, catalogue: Appliance[]): Data {
  const rows = after[FROM_CATALOGUE] as Row[] | undefined;
  if (!catalogue.length || !Array.isArray(rows)) return after;
  const flowOf = (name?: string) => catalogue.find((a) => a.name === name)?.flow;
  const old = (before[FROM_CATALOGUE] as Row[] | undefined) ?? [];
  let filled = false;
  const next = rows.map((row, i) => {
    const flow = flowOf(row?.name);
    const chosen = row?.name !== old[i]?.name;
    if (flow ? row.flow === flow : !(chosen && row?.flow && row.flow === flowOf(old[i]?.name))) return row;
    filled = true;
    return { ...row, flow: flow || undefined };
  });
  return filled ? { ...after, [FROM_CATALOGUE]: next } : after;
}
