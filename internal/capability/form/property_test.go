package form_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cinnabar/internal/capability/form"
)

// Every single wrong digit and every swap of neighbours in a resident ID is refused; so is every single
// wrong place of a credit code (GB 11643 and GB 32100 promise it).
// Proves GAS-2.
func TestCheckDigitsCatchSlips_GAS2(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		born := time.Date(1920, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 38000).Draw(t, "day"))
		id := fmt.Sprintf("%d%05d%s%03d", rapid.IntRange(1, 8).Draw(t, "area"), rapid.IntRange(0, 99999).Draw(t, "region"),
			born.Format("20060102"), rapid.IntRange(1, 999).Draw(t, "seq"))
		id += string(form.CheckCharacter11(id))
		if p := form.ResidentID(id, now); p != form.Fine {
			t.Fatalf("control: %s is %s", id, p)
		}
		slips(id, "0123456789", 17, func(slip string) {
			if form.ResidentID(slip, now) == form.Fine {
				t.Fatalf("%s passed for %s", slip, id)
			}
		})
		for i := range 16 {
			swapped := id[:i] + id[i+1:i+2] + id[i:i+1] + id[i+2:]
			if swapped != id && form.ResidentID(swapped, now) == form.Fine {
				t.Fatalf("%s passed for %s", swapped, id)
			}
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		const symbols = "0123456789ABCDEFGHJKLMNPQRTUWXY"
		place := rapid.SampledFrom(strings.Split(symbols, ""))
		code := place.Draw(t, "1") + place.Draw(t, "2") + rapid.StringMatching(`[0-9]{6}`).Draw(t, "region") +
			strings.Join(rapid.SliceOfN(place, 9, 9).Draw(t, "rest"), "")
		code += string(form.USCCCheck(code))
		if p := form.USCC(code); p != form.Fine {
			t.Fatalf("control: %s is %s", code, p)
		}
		slips(code, symbols, 18, func(slip string) {
			if form.USCC(slip) == form.Fine {
				t.Fatalf("%s passed for %s", slip, code)
			}
		})
	})
}

// slips calls f with every text that differs from s in one of the first n places.
func slips(s, symbols string, n int, f func(string)) {
	for i := range n {
		for _, r := range symbols {
			if string(r) != s[i:i+1] {
				f(s[:i] + string(r) + s[i+1:])
			}
		}
	}
}

// Proves GAS-2.
func TestPublishedNumbers_GAS2(t *testing.T) {
	t.Parallel()
	foreign := "91184019850101001"
	foreign += string(form.CheckCharacter11(foreign))
	for _, c := range []struct {
		document, number string
		want             form.Problem
	}{
		{form.ResidentCard, "11010519491231002X", form.Fine}, // GB 11643-1999, examples
		{form.ResidentCard, "440524188001010014", form.Fine},
		{form.ResidentCard, "110105194912310020", form.Checksum},
		{form.ResidentCard, "910105194912310021", form.Malformed},
		{form.ResidentCard, "11010519491231000X", form.Malformed}, // sequence 000
		{form.ResidentCard, "110105490231002", form.Malformed},    // 15 places: no longer valid
		{form.HKMacaoPermit, "H12345678", form.Fine},
		{form.HKMacaoPermit, "M1234567801", form.Fine},
		{form.HKMacaoPermit, "A12345678", form.Malformed},
		{form.TaiwanPermit, "12345678", form.Fine},
		{form.TaiwanPermit, "1234567890(B)", form.Fine},
		{form.TaiwanPermit, "1234567", form.Malformed},
		{form.ForeignCard, "USA110085010112", form.Fine},
		{form.ForeignCard, "USA110085013112", form.Fine},
		{form.ForeignCard, "USA110085023112", form.Malformed}, // 31 February
		{form.ForeignCard, foreign, form.Fine},
		{form.ForeignCard, "11010519491231002X", form.Malformed},
		{form.Passport, "E12345678", form.Fine},
		{form.Passport, "PASSPORT", form.Malformed},
		{form.Passport, "A1", form.Malformed},
	} {
		if got := form.DocumentNumber(c.document, c.number, now); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.document, c.number, got, c.want)
		}
	}
	if form.USCC("91350100M000100Y43") != form.Fine { // GB 32100-2015, annex
		t.Error("the standard's own example is refused")
	}
}

func TestMoneyIsExact_A17(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Int64Range(0, 99_999_999_999_999).Draw(t, "fen")
		if got, ok := form.Fen(fmt.Sprintf("%d.%02d", fen/100, fen%100)); !ok || int64(got) != fen {
			t.Fatalf("%d: %d %v", fen, got, ok)
		}
	})
	for _, s := range []string{"", "-1", "+1", "1e309", "0x1", "01", "1.", ".5", "1.005", "１", "1,000", "NaN", "9999999999999", "1 "} {
		if _, ok := form.Fen(s); ok {
			t.Errorf("%q was read as an amount", s)
		}
	}
}

// Whatever is sent: no panic, clean data stay clean, nothing undeclared passes, and masking shows no
// personal number.
func FuzzCheck(f *testing.F) {
	for _, d := range []map[string]any{person(), with("appliances", []any{map[string]any{"model": "灶", "count": 2.0}}), with("drawing", map[string]any{"width": 1.0, "height": 1.0, "strokes": []any{[]any{[]any{0.0, 0.0}, []any{1.0, 1.0}}}})} {
		b, err := json.Marshal(d)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"number":"١١٠١٠٥","fee":"1e9","months":1e400,"uses":[null],"frames":[[[[[[]]]]]]}`))
	schema := sample()
	f.Fuzz(func(t *testing.T, b []byte) {
		var data map[string]any
		if json.Unmarshal(b, &data) != nil {
			t.Skip()
		}
		clean, wrong := schema.Check(data, now)
		again, more := schema.Check(clean, now)
		if len(wrong) == 0 && (len(more) > 0 || !reflect.DeepEqual(clean, again)) {
			t.Errorf("clean data are not clean: %v\n%v\n%v", problems(more), clean, again)
		}
		for name := range clean {
			if schema.Field(name) == nil {
				t.Errorf("undeclared %q passed", name)
			}
		}
		masked := schema.Mask(clean)
		for _, name := range []string{"number", "mobile"} {
			if s, ok := clean[name].(string); ok && masked[name] == s {
				t.Errorf("%s is not masked: %v", name, masked[name])
			}
		}
	})
}
