import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "@/lib/session.ts";
import { Loading } from "@/components/Loading.tsx";
import { Page } from "@/components/Page.tsx";
import { Profile, Password } from "./Profile.tsx";
import { Mobile } from "./Mobile.tsx";
import { Totp } from "./Totp.tsx";
import { Devices, Consents } from "./Devices.tsx";
import { Invitations } from "./Invitations.tsx";
import { Organisations } from "./Organisations.tsx";
import { FaceSignIn } from "./face/FaceSignIn.tsx";
import "./account.css";

const Fingers = lazy(() => import("./finger/Fingers.tsx"));

export default function AccountPage() {
  const { t } = useTranslation();
  const { data: session } = useSession();
  if (!session) return null;
  return (
    <Page title={t("account.title")} lead={session.person.name} narrow>
      <Profile person={session.person} />
      <Mobile person={session.person} />
      <Invitations />
      <Organisations session={session} />
      <Password person={session.person} />
      <Totp enabled={session.totpEnabled} />
      <FaceSignIn person={session.person.id} />
      <Suspense fallback={<Loading />}><Fingers session={session} /></Suspense>
      <Devices />
      <Consents />
    </Page>
  );
}
