import { useEffect, useState } from "react";
import { RouterProvider } from "react-router/dom";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ConfigProvider } from "antd";
import type { Locale } from "antd/es/locale";
import { useLang } from "@/lib/text.ts";
import { usePhone } from "@/lib/phone.ts";
import { ApiError } from "@/lib/api/client.ts";
import { ToastHost } from "@/components/Toast.tsx";
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

function useAntdLocale(): Locale | undefined {
  const lang = useLang();
  const [locale, setLocale] = useState<Locale>();
  useEffect(() => {
    let current = true;
    void locales[lang]().then((m) => current && setLocale(m.default));
    return () => void (current = false);
  }, [lang]);
  return locale;
}

export function App() {
  const phone = usePhone();
  return (
    <QueryClientProvider client={client}>
      <ConfigProvider theme={theme(phone)} locale={useAntdLocale()} button={{ autoInsertSpace: false }} wave={{ disabled: true }}>
        <ToastHost />
        <RouterProvider router={router} />
      </ConfigProvider>
    </QueryClientProvider>
  );
}
