package cli

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cinnabar/internal/app"
	"cinnabar/internal/capability/identity"
)

// Commands open a key file under a passphrase, and refuse to without it; what was done to an account is read back.
// Proves PLT-3.
func TestAuditAndPassphrase_PLT3(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	passphrase := filepath.Join(dir, "passphrase")
	must(t, os.WriteFile(passphrase, []byte("correct horse battery\n"), 0o600))
	d := dataFlags{Data: filepath.Join(dir, "data"), KeyPassphraseFile: passphrase}
	var out bytes.Buffer
	e := &env{Context: t.Context(), out: &out, log: slog.New(slog.DiscardHandler)}
	id := ""
	must(t, withApp(e, d, func(a *app.App) error {
		p, err := a.Identity.CreatePerson(e, onThisMachine, identity.NewPerson{Name: "样例", Login: "sample", Password: "a long enough password 1"})
		id = string(p.ID)
		return err
	}))
	must(t, (&userDisableCmd{d, "sample"}).Run(e))
	must(t, (&auditCmd{dataFlags: d, ID: id, Limit: 10}).Run(e))
	if !strings.Contains(out.String(), "person.disabled") && !strings.Contains(out.String(), "disable") {
		t.Errorf("the log does not name what was done:\n%s", out.String())
	}
	if strings.Contains(out.String(), "样例") {
		t.Errorf("the log names a person:\n%s", out.String())
	}
	if err := (&userListCmd{dataFlags{Data: d.Data}}).Run(e); err == nil {
		t.Error("the data were opened without the passphrase")
	}
	must(t, os.Chmod(passphrase, 0o644))
	if err := (&userListCmd{d}).Run(e); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a passphrase that others can read was taken: %v", err)
	}
}
