import { useQuery, useQueryClient } from "@tanstack/react-query";
import { get, items, post } from "./api/client.ts";
import type { Consent, ConsentText } from "./api/types.ts";
import { useLang } from "./text.ts";

const texts = ["consent-texts"];

/** The person's consents; those that stand cover what is done now. */
export function useConsents() {
  return useQuery({ queryKey: ["consents"], queryFn: async ({ signal }) => items(await get<Consent[]>("/consents", signal)) });
}

/** The present wording of a consent in the language of the screen, and how to agree to it: what is read is what is agreed to. */
export function useWording(kind: ConsentText["kind"]) {
  const lang = useLang();
  const client = useQueryClient();
  const text = useQuery({ queryKey: texts, queryFn: async ({ signal }) => items(await get<ConsentText[]>("/consents/texts", signal)), select: (list) => list.find((x) => x.kind === kind && x.language === lang) });
  const agree = async (key?: string) => {
    try {
      await post("/consents", { kind, digest: text.data?.digest }, { key });
    } catch (e) {
      void client.invalidateQueries({ queryKey: texts }); // another wording may be the present one
      throw e;
    }
  };
  return { text, agree };
}
