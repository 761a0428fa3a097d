import { useId } from "react";
import "./Select.css";

/** The browser's own select: at home on phones, light, and speaks for itself. */
export function Select({ label, value, onChange, options, hideLabel, disabled }: { label: string; value: string; onChange: (v: string) => void; options: { value: string; text: string }[]; hideLabel?: boolean; disabled?: boolean }) {
  const id = useId();
  return (
    <span className="select">
      <label htmlFor={id} className={hideLabel ? "visually-hidden" : "soft small"}>{label}</label>
      <select id={id} value={value} disabled={disabled} onChange={(e) => onChange(e.target.value)}>
        {options.map((o) => <option key={o.value} value={o.value}>{o.text}</option>)}
      </select>
    </span>
  );
}
