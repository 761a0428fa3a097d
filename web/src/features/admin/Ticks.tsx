/** Some of a few, as boxes in a row. */
export function Ticks({ legend, value, onChange, options }: { legend: string; value: string[]; onChange: (v: string[]) => void; options: { value: string; text: string }[] }) {
  const toggle = (v: string) => onChange(value.includes(v) ? value.filter((x) => x !== v) : [...value, v]);
  return (
    <fieldset className="ticks">
      <legend>{legend}</legend>
      {options.map((o) => (
        <label key={o.value}>
          <input type="checkbox" checked={value.includes(o.value)} onChange={() => toggle(o.value)} />
          {o.text}
        </label>
      ))}
    </fieldset>
  );
}
