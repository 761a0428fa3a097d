import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { dateTime, distance, span } from "@/lib/time.ts";
import { useLang } from "@/lib/text.ts";

/** The present, renewed every half minute so that countdowns move. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

const URGENT_MS = 24 * 3_600_000;

/** How long is left until a deadline; urgent below a day. */
export function Due({ due }: { due?: string | null }) {
  const { t } = useTranslation();
  const lang = useLang();
  const now = useNow();
  if (!due) return null;
  const d = distance(now, Date.parse(due));
  const text = d.value < 0 ? t("common.overdue", { time: span(-d.value, d.unit, lang) }) : t("common.left", { time: span(d.value, d.unit, lang) });
  const urgent = Date.parse(due) - now < URGENT_MS;
  return <time dateTime={due} title={dateTime(due, lang)} style={urgent ? { color: "var(--bad)", fontWeight: 600 } : undefined}>{text}</time>;
}

/** How long something has been waiting. */
export function Since({ at }: { at: string }) {
  const lang = useLang();
  const d = distance(Date.parse(at), useNow());
  return <time dateTime={at} title={dateTime(at, lang)}>{span(Math.max(0, d.value), d.unit, lang)}</time>;
}
