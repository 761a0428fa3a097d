import { useTranslation } from "react-i18next";
import { useSession } from "@/lib/session.ts";
import { Page } from "@/components/Page.tsx";
import { Profile, Password } from "./Profile.tsx";
import { Totp } from "./Totp.tsx";
import { Devices, Consents } from "./Devices.tsx";
import { Invitations } from "./Invitations.tsx";
import { Organisations } from "./Organisations.tsx";

export default function AccountPage() {
  const { t } = useTranslation();
  const { data: session } = useSession();
  if (!session) return null;
  return (
    <Page title={t("account.title")} lead={session.person.name} narrow>
      <Profile person={session.person} />
      <Invitations />
      <Organisations session={session} />
      <Password />
      <Totp enabled={session.totpEnabled} />
      <Devices />
      <Consents />
    </Page>
  );
}
