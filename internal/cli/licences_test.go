package cli

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// What is embedded is listed, with its origin and the doubts about it.
func TestLicencesNameWhatIsEmbedded(t *testing.T) {
	t.Parallel()
	list := printed(t, licencesCmd{})
	sources, err := os.ReadFile("../asset/sources.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(sources)) {
		if name := strings.Fields(line); len(name) > 0 && name[0] != "#" && !strings.Contains(list, name[0]) {
			t.Errorf("%s is embedded and not listed", name[0])
		}
	}
	for _, want := range []string{"github.com/jackc/pgx/v5", "antd ", "MIT, in doubt", "What it was trained on is not stated"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list does not say %q", want)
		}
	}
	if strings.Contains(list, "SIL OPEN FONT LICENSE") || !strings.Contains(printed(t, licencesCmd{Full: true}), "SIL OPEN FONT LICENSE") {
		t.Error("the texts come with --full, and only then")
	}
}

func printed(t *testing.T, c licencesCmd) string {
	t.Helper()
	var out bytes.Buffer
	if err := c.Run(&env{Context: t.Context(), out: &out}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
