import { useEffect, useState } from "react";
import { RouterProvider } from "react-router/dom";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ConfigProvider } from "antd";
import type { Locale } from "antd/es/locale";
import { useLang } from "@/lib/text.ts";
import { usePhone } from "@/lib/phone.ts";
import { ApiError } from "@/lib/api/client.ts";
import { ToastHost } from "@/components/Toast.tsx";
import type { Lang } from "@/lib/api/types.ts";
import { theme } from "./theme.ts";
import { router } from "./router.tsx";

/** Refusals are answers: only an unreachable or stumbling server is asked again. */
const client = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 15_000, retry: (n, e) => n < 2 && (!(e instanceof ApiError) || e.status === 0 || e.status >= 502) },
    mutations: { retry: false },
  },
});

const locales = { zh: () => import("antd/es/locale/zh_CN"), en: () => import("antd/es/locale/en_GB") };
export const loadLocale = async (lang: Lang): Promise<Locale> => (await locales[lang]()).default;

function useAntdLocale(first: Locale): Locale {
  const lang = useLang();
  const [locale, setLocale] = useState(first);
  useEffect(() => {
    let current = true;
    void loadLocale(lang).then((l) => current && setLocale(l));
    return () => void (current = false);
  }, [lang]);
  return locale;
}

/** The locale is there from the first moment: adding it later would build the whole page anew and lose input. */
export function App({ locale }: { locale: Locale }) {
  const phone = usePhone();
  return (
    <QueryClientProvider client={client}>
      <ConfigProvider theme={theme(phone)} locale={useAntdLocale(locale)} button={{ autoInsertSpace: false }} wave={{ disabled: true }}>
        <ToastHost />
        <RouterProvider router={router} />
      </ConfigProvider>
    </QueryClientProvider>
  );
}
