import { useEffect, useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "@/lib/api/client.ts";
import { useSubmit } from "@/lib/submit.ts";
import { toast } from "@/components/Toast.tsx";

/**
 * A setting under edit: what was loaded, what was changed, and saving it with the version it was loaded
 * at, so that two administrators do not overwrite each other unseen.
 */
export function useSetting<T>(path: string, wrap: (value: T) => unknown = (v) => v) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const key = ["setting", path];
  const query = useQuery({ queryKey: key, queryFn: ({ signal }) => call<T | { items: T }>("GET", path, { signal }), staleTime: Infinity });
  const [value, setValue] = useState<T>();
  const [dirty, setDirty] = useState(false);
  useEffect(() => {
    if (query.data && !dirty) setValue(unwrap<T>(query.data.data));
  }, [query.data, dirty]);
  const form = useSubmit((k) => call("PUT", path, { body: wrap(value as T), key: k, etag: query.data?.etag }), () => {
    toast(t("admin.savedAll"));
    setDirty(false);
    void client.invalidateQueries({ queryKey: key });
  });
  const change = (next: T) => {
    setValue(next);
    setDirty(true);
  };
  return { query: { ...query, data: value }, value, change, dirty, form };
}

function unwrap<T>(data: T | { items: T }): T {
  return typeof data === "object" && data !== null && "items" in data ? data.items : (data as T);
}
