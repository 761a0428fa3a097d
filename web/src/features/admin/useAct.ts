import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { problemText } from "@/lib/problem.ts";
import { toast } from "@/components/Toast.tsx";

/** What a button does: says that it was done or why not, and has the list fetched anew. */
export function useAct<A, R>(run: (what: A) => Promise<R>, { key, done, onDone }: { key: string; done?: string; onDone?: (answer: R, what: A) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: (answer, what) => {
      if (done) toast(done);
      onDone?.(answer, what);
    },
    onError: (e) => toast(problemText(e, t).title, "bad"),
    onSettled: () => client.invalidateQueries({ queryKey: [key] }),
  });
}
