import { useTranslation } from "react-i18next";
import type { Case } from "@/lib/api/types.ts";
import { useLang, useText } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";

/** What a register of companies says of the applicant's data. */
export function RegistryFinding({ c }: { c: Case }) {
  const { t } = useTranslation();
  const lang = useLang();
  if (!c.registry) return null;
  return (
    <>
      <p className={c.registry.result === "match" ? undefined : "warn"}>{t(`cases.registry_${c.registry.result}`, { fields: (c.registry.fields ?? []).map((f) => t(`cases.registryField_${f}`)).join(t("cases.registryAnd")) })}</p>
      {c.registry.at ? <p className="soft small num">{dateTime(c.registry.at, lang)}</p> : null}
    </>
  );
}

/** How surely the applicant's identity is known; until it is, that it is not. */
export function AssuranceReached({ c }: { c: Case }) {
  const { t } = useTranslation();
  const tx = useText();
  if (!c.assurance) return <p className="warn">{t("cases.notAssured")}</p>;
  const { score, threshold } = c.assurance;
  return (
    <>
      <p>{tx(c.assurance.text)}</p>
      {score === undefined ? null : <p className="soft small num">{t("face.score", { score: score.toFixed(3), threshold: (threshold ?? 0).toFixed(3) })}</p>}
    </>
  );
}
