import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Case } from "@/lib/api/types.ts";
import { fieldErrorText } from "@/lib/problem.ts";
import { localise } from "@/lib/schema/localise.ts";
import { labelled, useLang, useText } from "@/lib/text.ts";
import { anchor, subject, type Fault } from "./faults.ts";

function goTo(id: string) {
  const target = document.getElementById(id);
  target?.scrollIntoView({ block: "center" });
  target?.focus({ preventScroll: true });
}

/** Everything that is wrong, at once, missing apart from malformed, each a link to its entry. */
export function ErrorSummary({ c, faults, attempt }: { c: Case; faults: Fault[]; attempt: number }) {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => ref.current?.focus(), [attempt]);
  const group = (title: string, list: Fault[]) =>
    list.length ? (
      <div>
        <h3>{title}</h3>
        <ul>
          {list.map((f, i) => (
            <li key={i}>
              <a href={`#${anchor(f)}`} onClick={(e) => (e.preventDefault(), goTo(anchor(f)))}>{subject(c, f, (x) => tx(x as string), (s) => localise(s, lang))}</a>
              {f.code === "missing" ? null : labelled("", fieldErrorText(f, t))}
            </li>
          ))}
        </ul>
      </div>
    ) : null;
  return (
    <div ref={ref} className="error-summary" role="alert" tabIndex={-1} aria-labelledby="error-summary-title">
      <h2 id="error-summary-title">{t("cases.errorsTitle", { count: faults.length })}</h2>
      <p>{t("cases.allErrors")}</p>
      {group(t("cases.errorsMissing"), faults.filter((f) => f.code === "missing"))}
      {group(t("cases.errorsMalformed"), faults.filter((f) => f.code !== "missing"))}
    </div>
  );
}
