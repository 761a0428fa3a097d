import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { Button } from "antd";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, post } from "@/lib/api/client.ts";
import type { Seal, SealEvent } from "@/lib/api/types.ts";
import { useSession } from "@/lib/session.ts";
import { useSubmit } from "@/lib/submit.ts";
import { labelled, useLang } from "@/lib/text.ts";
import { date, dateTime } from "@/lib/time.ts";
import { Dialog } from "@/components/Dialog.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { SealPicture } from "@/components/SealPicture.tsx";
import { Select } from "@/components/Select.tsx";
import { toast } from "@/components/Toast.tsx";
import { Approvals } from "./Approvals.tsx";
import { LookChoice, drawn, lacking } from "./Look.tsx";
import { Holders } from "./Holders.tsx";
import { PasswordForm } from "./PasswordForm.tsx";
import { SealLog } from "./SealLog.tsx";
import { useMembers, useSealList } from "./parts.tsx";
import { SealState, endingOf, useSeals } from "./useSeals.tsx";
import "./seals.css";

const moves = { applied: ["approve", "refuse"], approved: ["revoke"], "in-use": ["suspend", "replace", "reissue", "revoke"], suspended: ["resume", "revoke"], revoked: [], replaced: [], refused: [] } as const;
type Move = (typeof moves)[keyof typeof moves][number];
const grave = new Set<Move>(["revoke", "refuse", "reissue"]);
const warned = { revoke: "seals.revokeHelp", reissue: "seals.reissueHelp", replace: "seals.replaceHelp" } as const;

/** Asks for the reason, which stays in the seal's log. */
function MoveDialog({ seal, move, onClose }: { seal: Seal; move: Move; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const [chosen, setChosen] = useState("");
  const [look, setLook] = useState(drawn);
  const passes = move === "reissue" || move === "replace"; // somebody sets a password afterwards
  const members = useMembers(passes ? seal.org : undefined).data?.filter((m) => !m.invited) ?? [];
  const holder = chosen || members.find((m) => m.person.id === seal.holder.id)?.person.id || "";
  const navigate = useNavigate();
  const form = useSubmit((key) => post<Seal>(`/seals/${seal.id}/${move}`, passes ? { reason, holder, picture: look.picture || undefined } : { reason }, { key }), (now) => {
    toast(t(now.id === seal.id ? "seals.changed" : "seals.applied"));
    void client.invalidateQueries({ queryKey: ["seals"] });
    onClose();
    if (now.id !== seal.id) void navigate(`/seals/${now.id}`); // the one that takes its place
  });
  return (
    <Dialog open title={t(`seals.${move}`)} onClose={onClose}>
      <form className="stack" onSubmit={form.submit}>
        {move in warned ? <p>{t(warned[move as keyof typeof warned])}</p> : null}
        <ProblemNotice error={form.error} />
        {passes ? (
          <div>
            <Select label={t("seals.holder")} value={holder} onChange={setChosen} options={[...(holder ? [] : [{ value: "", text: t("cases.select") }]), ...members.map((m) => ({ value: m.person.id, text: m.person.name }))]} />
            {form.faults.holder ? <p className="field-error">{form.faults.holder}</p> : null}
          </div>
        ) : null}
        {move === "replace" ? <LookChoice look={look} onChange={setLook} error={form.faults.picture} /> : null}
        <Field label={t("seals.reason")} required error={form.faults.reason}><Input.TextArea rows={3} maxLength={200} value={reason} onChange={(e) => setReason(e.target.value)} /></Field>
        <div><Button type="primary" danger={grave.has(move)} htmlType="submit" disabled={!reason.trim() || (passes && !holder) || lacking(look)} loading={form.busy}>{t(`seals.${move}`)}</Button></div>
      </form>
    </Dialog>
  );
}

/** A new key and certificate for the same seal, by the same password. */
function RenewDialog({ seal, onClose }: { seal: Seal; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [password, setPassword] = useState("");
  const form = useSubmit((key) => post<Seal>(`/seals/${seal.id}/renew`, { password }, { key }), () => {
    toast(t("seals.renewed"));
    void client.invalidateQueries({ queryKey: ["seals"] });
    onClose();
  });
  return (
    <Dialog open title={t("seals.renew")} onClose={onClose}>
      <form className="stack" onSubmit={form.submit}>
        <p>{t("seals.renewHelp")}</p>
        <ProblemNotice error={form.error} />
        <Field label={t("seals.yourPassword")} required error={form.faults.password}><Input.Password autoComplete="off" value={password} onChange={(e) => setPassword(e.target.value)} /></Field>
        <div><Button type="primary" htmlType="submit" disabled={!password} loading={form.busy}>{t("seals.renew")}</Button></div>
      </form>
    </Dialog>
  );
}

/** What may be done with the seal by whom: its holder can also stop it, whose password may have become known. */
function movesOf(seal: Seal, me: string, own: boolean): readonly Move[] {
  if (seal.mayManage) return moves[seal.state].filter((m) => m !== "approve" || !own);
  return seal.state === "in-use" && seal.holder.id === me ? ["suspend"] : [];
}

function Head({ seal, me }: { seal: Seal; me: string }) {
  const { t } = useTranslation();
  const lang = useLang();
  const [move, setMove] = useState<Move>();
  const [password, setPassword] = useState(false);
  const [renewing, setRenewing] = useState(false);
  const ending = endingOf(seal);
  const first = seal.state === "approved";
  const log = useSealList<SealEvent>(seal.id, "log").data;
  const own = seal.state === "applied" && log?.find((e) => e.kind === "applied")?.actor?.id === me; // nobody approves their own
  return (
    <section className="card seal-head">
      <SealPicture seal={seal} size={160} />
      <div className="grow stack">
        <dl className="facts">
          <dt>{t("seals.kind")}</dt><dd>{t(`seal.kind_${seal.kind}`)}</dd>
          <dt>{t("seals.holder")}</dt><dd>{seal.holder.name}</dd>
          {seal.number ? <><dt>{t("seals.number")}</dt><dd className="num">{seal.number}</dd></> : null}
          {seal.certificate ? <><dt>{t("seals.certificate")}</dt><dd>{seal.certificate.subject} <span className="soft small">{t(`verify.${seal.certificate.policy}`)}</span></dd><dt>{t("seals.notAfter")}</dt><dd className="num">{date(seal.certificate.notAfter, lang)}</dd></> : null}
          {seal.replaces ? <><dt>{t("seals.replaces")}</dt><dd><Link to={`/seals/${seal.replaces}`}>{t("seals.former")}</Link></dd></> : null}
          <dt>{t("seals.approvals")}</dt><dd>{t(seal.needsApproval ? "seals.everyUse" : "seals.noneNeeded")}</dd>
        </dl>
        {own ? <p className="soft">{t("seals.ownApplication")}</p> : null}
        <div className="row">
          {seal.mine && (first || seal.state === "in-use") ? <Button type={first ? "primary" : "default"} onClick={() => setPassword(true)}>{t(first ? "seals.setPassword" : "seals.changePassword")}</Button> : null}
          {seal.mine && seal.state === "in-use" && ending ? <Button type="primary" onClick={() => setRenewing(true)}>{t("seals.renew")}</Button> : null}
          {movesOf(seal, me, own).map((m) => <Button key={m} danger={grave.has(m)} type={m === "approve" ? "primary" : "default"} onClick={() => setMove(m)}>{t(`seals.${m}`)}</Button>)}
        </div>
      </div>
      {move ? <MoveDialog seal={seal} move={move} onClose={() => setMove(undefined)} /> : null}
      {renewing ? <RenewDialog seal={seal} onClose={() => setRenewing(false)} /> : null}
      {password ? <PasswordForm seal={seal} onClose={() => setPassword(false)} /> : null}
    </section>
  );
}

const ended = new Set<Seal["state"]>(["revoked", "replaced", "refused"]);
const stopped = { suspended: "warn", revoked: "bad", replaced: "info", refused: "bad" } as const;

/** Who took the seal out of use, when and why, and which one took its place. */
function Stopped({ seal, state }: { seal: Seal; state: keyof typeof stopped }) {
  const { t } = useTranslation();
  const lang = useLang();
  const log = useSealList<SealEvent>(seal.id, "log").data ?? [];
  const last = [...log].sort((a, b) => b.seq - a.seq).find((e) => e.kind === state);
  const next = useSeals().data?.find((s) => s.replaces === seal.id && s.state !== "refused");
  if (!last) return null;
  return (
    <Notice tone={stopped[state]} title={t(`seals.state_${state}`)} action={next ? <Link to={`/seals/${next.id}`}>{t("seals.successor")}</Link> : undefined}>
      <p>{[last.actor?.name, dateTime(last.at, lang)].filter(Boolean).join(" · ")}</p>
      {last.reason ? <p>{labelled(t("seals.reason"), last.reason)}</p> : null}
    </Notice>
  );
}

/** A seal: its life, who holds it, within which limits, who approves its use, and all that happened to it. */
export default function SealPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const me = useSession().data?.person.id ?? "";
  const query = useQuery({ queryKey: ["seals", id], queryFn: ({ signal }) => get<Seal>(`/seals/${encodeURIComponent(id)}`, signal) });
  return (
    <Loaded query={query}>
      {(seal) => (
        <Page title={seal.title} back={{ to: "/seals", text: t("seals.title") }} lead={<SealState seal={seal} />}>
          {seal.state in stopped ? <Stopped seal={seal} state={seal.state as keyof typeof stopped} /> : null}
          {seal.outdated ? <Notice tone="warn" title={t("seals.outdated")}>{t("seals.outdatedHelp")}</Notice> : null}
          <Head seal={seal} me={me} />
          <Approvals seal={seal} me={me} />
          {ended.has(seal.state) ? null : <Holders seal={seal} me={me} />}
          <SealLog id={seal.id} />
        </Page>
      )}
    </Loaded>
  );
}
