import { useState } from "react";
import { Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import type { FaceCheck } from "@/lib/api/types.ts";
import { useConsents, useWording } from "@/lib/consent.ts";
import { useSubmit } from "@/lib/submit.ts";
import { FaceCapture, type Frame } from "@/components/FaceCapture.tsx";
import { Dialog } from "@/components/Dialog.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { Notice, type Tone } from "@/components/Notice.tsx";
import { reasonText } from "@/components/faceReason.ts";
import type { PanelProps } from "./panels.ts";

type Outcome = { outcome?: string; reason?: string; triesLeft?: number };

/** Asks for consent apart from everything else, and offers the way without it. */
export default function FacePanel(p: PanelProps) {
  const { t } = useTranslation();
  const consents = useConsents();
  return (
    <div className="card stack">
      <div><h2>{t("face.title")}</h2><p className="soft">{t("face.lead")}</p></div>
      <Loaded query={consents}>{(list) => (list.some((x) => x.kind === "face" && x.stands) ? <Check {...p} /> : <Ask {...p} />)}</Loaded>
    </div>
  );
}

function Ask(p: PanelProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { text, agree } = useWording("face");
  const form = useSubmit(agree, () => client.invalidateQueries({ queryKey: ["consents"] }));
  return (
    <>
      <Loaded query={text}>{(wording) => <Notice title={t("face.consentTitle")}>{wording?.text}</Notice>}</Loaded>
      <ProblemNotice error={form.error} />
      <div className="row">
        <Button type="primary" size="large" loading={form.busy} disabled={!text.data} onClick={() => form.submit()}>{t("face.agree")}</Button>
        <OtherWay {...p} />
      </div>
    </>
  );
}

/** Nobody has to show their face to a machine. */
function OtherWay({ others, act }: PanelProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const counter = others.find((a) => a.name === "face-at-counter");
  return (
    <>
      <Button type="link" onClick={() => setOpen(true)}>{t("face.other")}</Button>
      <Dialog open={open} title={t("face.otherTitle")} onClose={() => setOpen(false)} footer={counter ? <Button type="primary" loading={act.busy === counter.name} onClick={() => void act.run(counter.name).then((r) => r && setOpen(false))}>{t("face.otherChoose")}</Button> : undefined}>
        <p>{t("face.otherText")}</p>
      </Dialog>
    </>
  );
}

/** Where a check at a provider's own page is kept while the person is there; what the page brings back is no evidence. */
const awayKey = (id: string) => `face:${id}`;

function Check(p: PanelProps) {
  const { c, action, act } = p;
  const { t } = useTranslation();
  const [check, setCheck] = useState<FaceCheck>();
  const [away, setAway] = useState(() => sessionStorage.getItem(awayKey(c.id)) ?? "");
  const [outcome, setOutcome] = useState<Outcome>();
  const [error, setError] = useState<unknown>();
  const begin = async () => {
    setOutcome(undefined);
    setError(undefined);
    act.clear();
    try {
      const begun = await post<FaceCheck>(`/cases/${c.id}/face-checks`, {});
      if (!begun.redirect) return setCheck(begun);
      sessionStorage.setItem(awayKey(c.id), begun.check);
      setAway(begun.check);
      window.location.assign(begun.redirect);
    } catch (e) {
      setError(e);
    }
  };
  const send = async (frames: Frame[]) => {
    const result = await act.run(action.name, { check: check?.check, nonce: check?.nonce, frames });
    setCheck(undefined);
    if (result) setOutcome(result as Outcome);
  };
  const back = () => {
    sessionStorage.removeItem(awayKey(c.id));
    setAway("");
    act.clear();
  };
  const ask = async () => {
    const result = await act.run(action.name, { check: away });
    if (!result) return;
    back();
    setOutcome(result as Outcome);
  };
  if (away)
    return (
      <Notice title={t("face.away")}>
        <p>{t("face.awayHelp")}</p>
        <div className="row">
          <Button type="primary" size="large" loading={!!act.busy} onClick={() => void ask()}>{t("face.ask")}</Button>
          <Button onClick={back}>{t("face.startOver")}</Button>
          <OtherWay {...p} />
        </div>
      </Notice>
    );
  if (check) return <FaceCapture steps={check.steps} onDone={(frames) => void send(frames)} onCancel={() => setCheck(undefined)} busy={!!act.busy} />;
  return (
    <>
      <ProblemNotice error={error} />
      {outcome ? <Result outcome={outcome} /> : null}
      <p>{t("face.tips")}</p>
      <div className="row">
        <Button type="primary" size="large" onClick={() => void begin()}>{outcome ? t("face.again") : t("face.begin")}</Button>
        <OtherWay {...p} />
      </div>
    </>
  );
}

const looks: Record<string, { tone: Tone; title: "face.match" | "face.review" | "face.noMatch" | "face.refused" }> = {
  match: { tone: "ok", title: "face.match" }, review: { tone: "info", title: "face.review" }, "no-match": { tone: "bad", title: "face.noMatch" }, refused: { tone: "warn", title: "face.refused" },
};

function Result({ outcome }: { outcome: Outcome }) {
  const { t } = useTranslation();
  const look = looks[outcome.outcome ?? ""] ?? looks.refused!;
  const why = outcome.reason ? reasonText(outcome.reason, t) : "";
  return (
    <Notice tone={look.tone} title={t(look.title)}>
      {outcome.outcome === "review" ? <p>{t("face.reviewHelp")}</p> : null}
      {why ? <p>{why}</p> : null}
      {outcome.triesLeft !== undefined && look.tone !== "ok" && look.tone !== "info" ? <p>{t("face.triesLeft", { count: outcome.triesLeft })}</p> : null}
    </Notice>
  );
}

