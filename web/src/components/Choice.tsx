import "./Choice.css";

type Option = { value: string; title: string; help?: string };

/** One of a few, as large radio rows. */
export function Choice({ name, legend, help, value, onChange, options, error }: { name: string; legend: string; help?: string; value: string; onChange: (v: string) => void; options: Option[]; error?: string }) {
  return (
    <fieldset className="choice" aria-describedby={error ? `${name}-error` : undefined}>
      <legend>{legend}</legend>
      {help ? <p className="soft small">{help}</p> : null}
      {options.map((o) => (
        <label key={o.value} className={`choice-row${value === o.value ? " choice-on" : ""}`}>
          <input type="radio" name={name} value={o.value} checked={value === o.value} onChange={() => onChange(o.value)} />
          <span>
            <strong>{o.title}</strong>
            {o.help ? <span className="choice-help">{o.help}</span> : null}
          </span>
        </label>
      ))}
      {error ? <p id={`${name}-error`} className="field-error">{error}</p> : null}
    </fieldset>
  );
}
