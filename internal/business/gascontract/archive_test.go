package gascontract

import (
	"slices"
	"testing"
)

// GAS-13: the filing of contracts on paper is a sound procedure for officers only.
func TestArchiveDeclarationIsSound_GAS13(t *testing.T) {
	t.Parallel()
	d := ArchiveDefinition()
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, r := range d.Roles {
		if r.Starts != r.Operator || (r.Operator && len(r.Needs) == 0) {
			t.Errorf("role %s: starts %v, operator %v, needs %v", r.ID, r.Starts, r.Operator, r.Needs)
		}
	}
}

// GAS-13: the data of a contract on paper are checked, each at its entry.
func TestPaperIsChecked_GAS13(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		change map[string]any
		want   []string
	}{
		{nil, []string{}},
		{map[string]any{"expiresAt": nil}, []string{}},
		{map[string]any{"expiresAt": "2019-03-01"}, []string{}},
		{map[string]any{"expiresAt": "2019-02-28"}, []string{"/expiresAt out-of-range"}},
		{map[string]any{"effectiveAt": "2026-11-23"}, []string{"/effectiveAt out-of-range"}},
		{map[string]any{"uscc": "91350100M000100Y44", "number": ""}, []string{"/number missing", "/uscc checksum"}},
	} {
		data := map[string]any{
			"number": "老合-2019-001", "company": "样例餐饮管理有限公司", "uscc": "91350100M000100Y43", "gasAddress": "样例市中山路1号",
			"effectiveAt": "2019-03-01", "expiresAt": "2024-02-29", "scan": "file_00000000000000000000000001",
		}
		for k, v := range c.change {
			if data[k] = v; v == nil {
				delete(data, k)
			}
		}
		_, wrong := CheckPaper(data, today)
		if got := faults(wrong); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.change, got, c.want)
		}
	}
}
