import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items } from "@/lib/api/client.ts";
import type { DocumentPart, EDocumentDetail, Member } from "@/lib/api/types.ts";
import { useSession } from "@/lib/session.ts";
import { useLang } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { Tag } from "@/components/Tag.tsx";
import { departmentOf, useDepartments } from "./data.ts";

/** The way of a document: stages, departments, and who did what when. */
export function RouteView({ d }: { d: EDocumentDetail }) {
  const { t } = useTranslation();
  if (!d.route.length) return <p className="soft">{t(d.state === "returned" ? "docs.routeAnew" : d.state === "voided" ? "docs.routeEnded" : "docs.noRoute")}</p>;
  const state = (i: number) => (i < d.current ? "done" : i === d.current && d.state === "routing" ? "now" : "later");
  return (
    <>
      <ol className="doc-route">
        {d.route.map((stage, i) => (
          <li key={i} className={`doc-stage-${state(i)}`} aria-current={state(i) === "now" ? "step" : undefined}>
            {d.route.length > 1 || stage.length > 1 ? <h3>{t("docs.stage", { n: i + 1 })}{stage.length > 1 ? <span className="soft small"> · {t("docs.together")}</span> : null}</h3> : null}
            {stage.map((p) => <PartRow key={p.name} p={p} state={state(i)} />)}
          </li>
        ))}
      </ol>
      {d.current >= d.route.length ? <p className="soft small" style={{ marginTop: 8 }}>{t("docs.routeDone")}</p> : null}
    </>
  );
}

function PartRow({ p, state }: { p: DocumentPart; state: "done" | "now" | "later" }) {
  const { t } = useTranslation();
  const lang = useLang();
  const departments = useDepartments().data;
  const who = useNames()(p.by);
  const deputy = departmentOf(departments, p.deputy);
  return (
    <div className="doc-part">
      <strong>{p.org ? t("docs.otherOrg") : departmentOf(departments, p.department)}</strong>
      <span className="soft">{t(p.seal ? "docs.partSeal" : "docs.partLook")}</span>
      {p.done ? <Tag tone="ok">{t("docs.partDone")}</Tag> : <Tag tone={state === "now" ? "red" : undefined}>{t(state === "now" ? "docs.partOpen" : "docs.partLater")}</Tag>}
      {p.done && p.at ? <span className="soft small num">{who ? t("docs.byAt", { who, at: dateTime(p.at, lang) }) : dateTime(p.at, lang)}</span> : null}
      {!p.done && deputy ? <span className="soft small">{t(p.deputyAtOnce ? "docs.deputy" : "docs.deputyOverdue", { name: deputy })}</span> : null}
    </div>
  );
}

/** Names of the people of one's own organisation. */
function useNames() {
  const org = useSession().data?.org?.id;
  const departments = useDepartments().data;
  const members = useQuery({ queryKey: ["members", org], enabled: !!org, staleTime: 300_000, retry: false, queryFn: async ({ signal }) => items(await get<Member[]>(`/organisations/${org}/members`, signal)) });
  return (id: string | undefined) => members.data?.find((m) => m.person.id === id)?.person.name ?? departments?.flatMap((x) => x.members).find((m) => m.id === id)?.name ?? "";
}
