package gascontract

import (
	"slices"
	"testing"
	"time"

	"cinnabar/internal/business/gascontract/contracts"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

var today = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

func TestDeclarationIsSound(t *testing.T) {
	t.Parallel()
	if err := Definition().Validate(); err != nil {
		t.Fatal(err)
	}
}

// person is identity data in which nothing is wrong.
func person(change map[string]any) map[string]any {
	data := map[string]any{
		"category": SoleProprietor, "useType": Commercial, "name": "样例", "document": form.ResidentCard, "number": "11010519491231002X",
		"expires": form.LongTerm, "idFront": "file_00000000000000000000000001", "idBack": "file_00000000000000000000000003", "mobile": "13800138000", "uscc": "91350100M000100Y43",
	}
	for k, v := range change {
		if data[k] = v; v == nil {
			delete(data, k)
		}
	}
	return data
}

func faults(fields []errs.Field) []string {
	out := []string{}
	for _, f := range fields {
		out = append(out, f.Pointer+" "+f.Code)
	}
	slices.Sort(out)
	return out
}

// The category decides what is asked for (GAS-1); numbers are checked by their check digits, age and expiry
// by date, and an impossible one is refused at its field (GAS-2).
func TestIdentityIsAskedByCategoryAndChecked_GAS1_GAS2(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change map[string]any
		want   []string
	}{
		"sole proprietor":    {nil, []string{}},
		"one side of a card": {map[string]any{"idBack": nil}, []string{"/idBack missing"}},
		"a passport":         {map[string]any{"document": form.Passport, "number": "E12345678", "idBack": nil}, []string{}},
		"agent without":      {map[string]any{"category": Agent}, []string{"/legalRep missing", "/powerOfAttorney missing"}},
		"agent":              {map[string]any{"category": Agent, "legalRep": "样例", "powerOfAttorney": "file_00000000000000000000000002"}, []string{}},
		"no category":        {map[string]any{"category": nil}, []string{"/category missing"}},
		"wrong digit":        {map[string]any{"number": "110105194912310021"}, []string{"/number checksum"}},
		"wrong company":      {map[string]any{"uscc": "91350100M000100Y44"}, []string{"/uscc checksum"}},
		"expired document":   {map[string]any{"expires": "2020-01-01"}, []string{"/expires expired"}},
		"child":              {map[string]any{"number": childNumber()}, []string{"/number under-age"}},
		"taiwan permit":      {map[string]any{"document": form.TaiwanPermit, "number": "12345678"}, []string{}},
		"all at once":        {map[string]any{"name": nil, "mobile": "123"}, []string{"/mobile malformed", "/name missing"}},
	} {
		_, wrong := identityForm().Check(person(c.change), today)
		if got := faults(wrong); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func childNumber() string {
	body := "11010520151231002"
	return body + string(form.CheckCharacter11(body))
}

// What is asked for depends on category and type of use, and is the gas company's own list (GAS-5).
func TestMaterialsByUse_GAS5(t *testing.T) {
	t.Parallel()
	has := func(useType, material string) bool {
		return slices.ContainsFunc(materialsFor(DefaultMaterials(), Agent, useType), func(m procedure.MaterialSpec) bool { return m.Name == material })
	}
	if !has(Commercial, "alarm") || has(Commercial, "acceptance") || has(Industrial, "alarm") || !has(Industrial, "acceptance") {
		t.Error("the default list does not follow the type of use")
	}
	own := []AskedMaterial{{MaterialSpec: procedure.MaterialSpec{Name: "own"}, Categories: []string{SoleProprietor}}}
	if n := len(materialsFor(own, Agent, Commercial)); n != 3 {
		t.Errorf("an agent is asked for %d, want the three forms only", n)
	}
	if n := len(materialsFor(own, SoleProprietor, Commercial)); n != 4 {
		t.Errorf("a sole proprietor is asked for %d, want the own material too", n)
	}
}

// Rated flows add up exactly (GAS-6).
func TestFlowsAddUp_GAS6(t *testing.T) {
	t.Parallel()
	contract := map[string]any{"appliances": []any{
		map[string]any{"flow": "0.1", "count": 3.0}, map[string]any{"flow": "4.55", "count": 2.0},
	}}
	if got := totalFlow(contract); got != "9.4" {
		t.Errorf("total %s, want 9.4", got)
	}
	if got := times("9.4", 24); got != "225.6" {
		t.Errorf("a day's %s, want 225.6", got)
	}
}

// Every officer's role is kept apart from the applicant's (GAS-15); nothing past identity is open before it
// has passed (GAS-4).
func TestRolesAndOrder_GAS4_GAS15(t *testing.T) {
	t.Parallel()
	d := Definition()
	for _, r := range d.Roles {
		if r.Operator && (!slices.Contains(r.ApartFrom, Applicant) || len(r.Needs) == 0) {
			t.Errorf("role %s is not kept apart from the applicant, or needs no membership", r.ID)
		}
	}
	for _, a := range d.Actions {
		for _, early := range []string{Identity, Face, FaceReview} {
			late := slices.ContainsFunc(a.Submits, func(s string) bool { return s != SectionIdentity })
			if late && slices.Contains(a.From, early) {
				t.Errorf("action %s is open in %s", a.Name, early)
			}
		}
	}
}

// The contract's wording is the gas company's own for category and type of use, else its own for the type of use, else the
// program's.
// Proves GAS-6.
func TestWordingByCategoryAndUse_GAS6(t *testing.T) {
	t.Parallel()
	built, err := contracts.Source(Commercial)
	if err != nil {
		t.Fatal(err)
	}
	general, sole := string(built)+"\n\n通用。\n", string(built)+"\n\n个体。\n"
	own := map[string]string{}
	digest := func(category string) string {
		tm, err := wording(own, Commercial, category)
		if err != nil {
			t.Fatal(err)
		}
		return tm.Digest().String()
	}
	programs := digest(Agent)
	own[WordingKey(Commercial, "")] = general
	generals := digest(Agent)
	own[WordingKey(Commercial, SoleProprietor)] = sole
	if programs == generals || digest(Agent) != generals || digest(SoleProprietor) == generals || digest(SoleProprietor) == programs {
		t.Error("the wrong wording is taken")
	}
}
