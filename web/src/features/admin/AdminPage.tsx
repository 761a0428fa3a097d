import { lazy, Suspense, useEffect, useRef, type ComponentType } from "react";
import { NavLink, Navigate, useParams } from "react-router";
import { useTranslation } from "react-i18next";
import type { OrgRef } from "@/lib/api/types.ts";
import { useSession } from "@/lib/session.ts";
import { Loading } from "@/components/Loading.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Page } from "@/components/Page.tsx";
import "./admin.css";

type Tab = { id: "members" | "organisation" | "messages" | "apiKeys" | "materials" | "appliances" | "templates" | "phrases" | "policy" | "webhooks" | "databases" | "stores" | "ftp" | "devices"; page: ComponentType<{ org: OrgRef }>; operator?: boolean };

const tabs: Tab[] = [
  { id: "members", page: lazy(() => import("./Members.tsx")) },
  { id: "organisation", page: lazy(() => import("./Organisation.tsx")) },
  { id: "materials", page: lazy(() => import("./AskedMaterials.tsx")), operator: true },
  { id: "appliances", page: lazy(() => import("./Appliances.tsx")), operator: true },
  { id: "templates", page: lazy(() => import("./Templates.tsx")), operator: true },
  { id: "phrases", page: lazy(() => import("./Phrases.tsx")), operator: true },
  { id: "policy", page: lazy(() => import("./Policy.tsx")), operator: true },
  { id: "apiKeys", page: lazy(() => import("./ApiKeys.tsx")) },
  { id: "webhooks", page: lazy(() => import("./hooks/Webhooks.tsx")) },
  { id: "devices", page: lazy(() => import("./Devices.tsx")) },
  { id: "stores", page: lazy(() => import("./stores/Stores.tsx")), operator: true },
  { id: "ftp", page: lazy(() => import("./FtpAccounts.tsx")), operator: true },
  { id: "databases", page: lazy(() => import("./Databases.tsx")), operator: true },
  { id: "messages", page: lazy(() => import("./Messages.tsx")), operator: true },
];

/** Pages of their own that administrators look for here. */
const elsewhere = ["departments", "document-types"] as const;

/** What an organisation's administrator keeps in order. */
export default function AdminPage() {
  const { t } = useTranslation();
  const { tab } = useParams();
  const tabsRef = useRef<HTMLElement>(null);
  useEffect(() => void tabsRef.current?.querySelector(".active")?.scrollIntoView({ block: "nearest", inline: "center" }), [tab]);
  const { data: session } = useSession();
  const org = session?.org;
  if (!org) return <Page title={t("admin.title")} narrow><Notice tone="warn" title={t("admin.notOperator")} /></Page>;
  const open = tabs.filter((x) => !x.operator || org.kind === "operator");
  const current = open.find((x) => x.id === tab);
  if (!current) return <Navigate to={`/admin/${open[0]!.id}`} replace />;
  const Current = current.page;
  return (
    <Page title={t("admin.title")} lead={org.name}>
      <nav ref={tabsRef} className="admin-tabs no-print" aria-label={t("admin.title")}>{open.map((x) => <NavLink key={x.id} to={`/admin/${x.id}`}>{t(`admin.${x.id}`)}</NavLink>)}{elsewhere.map((x) => <NavLink key={x} to={`/admin/${x}`}>{t(x === "departments" ? "depts.title" : "types.title")}</NavLink>)}</nav>
      <Suspense fallback={<Loading />}><Current org={org} /></Suspense>
    </Page>
  );
}
