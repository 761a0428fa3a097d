import { cloneElement, useId, type ReactElement, type ReactNode } from "react";
import "./Field.css";

type Control = ReactElement<{ id?: string; "aria-describedby"?: string; "aria-invalid"?: boolean; "aria-required"?: boolean }>;

/** Label, help, control and fault of one entry, tied together for screen readers. */
export function Field({ label, help, error, required, id, children }: { label: ReactNode; help?: ReactNode; error?: ReactNode; required?: boolean; id?: string; children: Control }) {
  const auto = useId();
  const own = id ?? auto;
  const described = [help ? `${own}-help` : "", error ? `${own}-error` : ""].filter(Boolean).join(" ");
  return (
    <div className={`field${error ? " field-bad" : ""}`}>
      <label htmlFor={own}>
        {label}
        {required ? <span className="field-required" aria-hidden> *</span> : null}
      </label>
      {help ? <div id={`${own}-help`} className="field-help">{help}</div> : null}
      {cloneElement(children, { id: own, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined, "aria-required": required || undefined })}
      {error ? <div id={`${own}-error`} className="field-error">{error}</div> : null}
    </div>
  );
}
