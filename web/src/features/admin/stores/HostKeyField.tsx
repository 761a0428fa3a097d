import { useEffect, useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import type { HostKey } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Notice } from "@/components/Notice.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";

/** Fetches an SFTP server's key and has its fingerprint compared by a person before it counts. */
export function HostKeyField({ address, trusted, fingerprint, value, onChange, error }: { address: string; trusted?: string; fingerprint?: string; value: string; onChange: (key: string) => void; error?: string }) {
  const { t } = useTranslation();
  const [found, setFound] = useState<HostKey>();
  const fetching = useSubmit((key) => post<HostKey>("/document-stores/host-key", { address: address.trim() }, { key }), (k) => {
    setFound(k);
    onChange(trusted && k.fingerprint === fingerprint ? trusted : "");
  });
  useEffect(() => setFound(undefined), [address]);
  const changed = !!found && !!trusted && found.fingerprint !== fingerprint;
  return (
    <fieldset className="host-key stack">
      <legend>{t("stores.hostKey")}</legend>
      <p className="soft small">{t("stores.hostKeyLead")}</p>
      {fingerprint && (changed || (value && !found)) ? <p>{t("stores.current")}: <code className="breaks" data-testid="trusted">{fingerprint}</code></p> : null}
      <div><Button loading={fetching.busy} disabled={!address.includes(":")} onClick={() => fetching.submit()}>{t("stores.fetchKey")}</Button></div>
      <ProblemNotice error={fetching.error} />
      {changed ? <Notice tone="bad" title={t("stores.keyChanged")} /> : null}
      {found ? (
        <>
          <p>{t("stores.fingerprint")}: <code className="breaks" data-testid="fingerprint">{found.fingerprint}</code></p>
          {trusted && !changed ? <p>✓ {t("stores.trusted")}</p> : <label className="tick"><input type="checkbox" checked={value === found.hostKey} onChange={(e) => onChange(e.target.checked ? found.hostKey : "")} /><span>{t("stores.sameAsTold")}</span></label>}
        </>
      ) : null}
      {error && !value ? <p className="field-error">{t("stores.trust")}</p> : null}
    </fieldset>
  );
}
