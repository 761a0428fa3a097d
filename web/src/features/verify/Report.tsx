import { useTranslation } from "react-i18next";
import type { VerifyReport, VerifySignature } from "@/lib/api/types.ts";
import { labelled, listed, useLang, useText } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { Tag } from "@/components/Tag.tsx";
import type { Tone } from "@/components/Notice.tsx";

const tones: Record<VerifyReport["verdict"], Tone> = { valid: "ok", "valid-with-additions": "ok", broken: "bad", unsigned: "warn", "unknown-signer": "warn" };
export const stateTones: Record<string, Tone> = { "in-force": "ok", superseded: "warn", voided: "bad", unknown: "info", expired: "warn", "taken-out": "warn" };
const known = ["in-force", "superseded", "voided", "unknown", "expired", "taken-out"] as const;
type Known = (typeof known)[number];

/** A contract's state in words; an unheard-of one is shown as it is. */
export function useStateText() {
  const { t } = useTranslation();
  return (state: string) => (known.includes(state as Known) ? t(`verify.${state as Known}`) : state);
}

function Signature({ s }: { s: VerifySignature }) {
  const { t } = useTranslation();
  const lang = useLang();
  const kind = { internal: t("verify.internal"), licensed: t("verify.licensed"), unknown: t("verify.unknownKind") }[s.kind];
  const covers = s.covers === "whole" ? t("verify.covers_whole") : s.covers === "version" ? t("verify.covers_version") : s.covers;
  return (
    <li className="verify-signature">
      <div className="row between"><strong>{s.name}</strong><span className="row"><Tag>{kind}</Tag>{s.purpose ? <Tag>{s.purpose}</Tag> : null}</span></div>
      <div className="num">{s.at ? dateTime(s.at, lang) : ""} <span className="soft">· {s.timestamped ? t("verify.timestamped") : t("verify.noTimestamp")}{covers ? ` · ${labelled(t("verify.covers"), covers)}` : ""}</span></div>
      <div className="row">
        <Tag tone={s.digestOk ? "ok" : "bad"}>{s.digestOk ? `✓ ${t("verify.digestOk")}` : `✗ ${t("verify.digestBad")}`}</Tag>
        <Tag tone={s.chainOk ? "ok" : "bad"}>{s.chainOk ? `✓ ${t("verify.chainOk")}` : `✗ ${t("verify.chainBad")}`}</Tag>
      </div>
      {s.problems?.length ? <ul className="field-error">{s.problems.map((p) => <li key={p}>{p}</li>)}</ul> : null}
    </li>
  );
}

/** What the file proves, told plainly: verdict first, then who and when, then what is wrong. */
export function Report({ report, file }: { report: VerifyReport; file: string }) {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const stateText = useStateText();
  const tone = tones[report.verdict] ?? "warn";
  const doc = report.document;
  return (
    <div className="stack">
      <div className={`verdict verdict-${tone}`} role="status">
        <span className="verdict-mark" aria-hidden>{tone === "ok" ? "✓" : tone === "bad" ? "✗" : "!"}</span>
        <div><h2>{t(`verify.${report.verdict}`)}</h2><p>{t(`verify.${report.verdict}_help`)}</p><p className="small soft">{file} · {t("verify.printed")} {dateTime(new Date().toISOString(), lang)}</p></div>
      </div>
      {doc ? (
        <section className="card">
          <div className="card-head"><h2>{t("verify.document")}</h2><Tag tone={stateTones[doc.state]}>{stateText(doc.state)}</Tag></div>
          <dl className="facts">
            {doc.number ? <><dt>{t("verify.number")}</dt><dd className="num">{doc.number}</dd></> : null}
            {doc.title ? <><dt>{t("common.name")}</dt><dd>{tx(doc.title)}</dd></> : null}
            {doc.parties?.length ? <><dt>{t("verify.parties")}</dt><dd>{listed(doc.parties)}</dd></> : null}
          </dl>
        </section>
      ) : null}
      {report.signatures?.length ? <section className="card"><h2>{t("verify.signatures")}</h2><ol>{report.signatures.map((s, i) => <Signature key={i} s={s} />)}</ol></section> : null}
      {report.later?.length ? <section className="card"><h2>{t("verify.later")}</h2><ul>{report.later.map((l, i) => <li key={i}>{l.what} <Tag tone={l.allowed ? "ok" : "bad"}>{l.allowed ? t("verify.allowed") : t("verify.notAllowed")}</Tag></li>)}</ul></section> : null}
      {report.problems?.length ? <section className="card"><h2>{t("verify.problems")}</h2><ul>{report.problems.map((p) => <li key={p}>{p}</li>)}</ul></section> : null}
    </div>
  );
}
