import { useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { newIntent } from "./api/client.ts";
import { faultsByField } from "./problem.ts";

/**
 * State of one form. The key of the intent stays the same while the same attempt is repeated after a lost
 * answer, and changes once the server has answered, so that a double click does a thing once.
 */
export function useSubmit<T>(send: (key: string) => Promise<T>, onDone?: (answer: T) => void) {
  const { t } = useTranslation();
  const key = useRef(newIntent());
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = async () => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      const answer = await send(key.current);
      key.current = newIntent();
      onDone?.(answer);
    } catch (e) {
      if ((e as { status?: number }).status) key.current = newIntent();
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  const submit = (e?: FormEvent) => {
    e?.preventDefault();
    void run();
  };
  return { submit, busy, error, faults: error ? faultsByField(error, t) : {}, reset: () => setError(undefined) };
}
