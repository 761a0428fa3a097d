package secret

import (
	"strings"
	"testing"
)

// Personal numbers are left out of a text however they are written; words, dates and small numbers stay.
// Proves PLT-3.
func TestNumbersAreLeftOut_PLT3(t *testing.T) {
	t.Parallel()
	for _, n := range []string{
		"13800000101", "138 0000 0101", "138-0000-0101", "１３８００００１０１", "11010519491231002X", "110105 19491231 002X", "0591-87654321",
		"6222 0000 0000 0000 123", "E12345678", "H1234567801", "+8613800000101",
	} {
		got := WithoutNumbers("乙方电话：" + n + "，地址")
		if strings.Contains(got, n) || len(personalNumber.FindString(got)) > 0 || !strings.HasPrefix(got, "乙方电话：") || !strings.HasSuffix(got, "，地址") {
			t.Errorf("%s: %q", n, got)
		}
	}
	const kept = "合同 2019-001 号，2019年3月1日（2019-03-01），第 12 条，3.50 元/m³，91350100M000100Y43，中山路1号"
	if got := WithoutNumbers(kept); got != kept {
		t.Errorf("kept: %q", got)
	}
}
