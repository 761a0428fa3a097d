package cli

import (
	"bytes"
	"errors"
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
	must(t, withNewApp(e, d, func(a *app.App) error {
		p, err := a.Identity.CreatePerson(e, onThisMachine, identity.NewPerson{Name: "样例", Login: "sample", Password: "a long enough password 1"})
		id = string(p.ID)
		return err
	}))
	must(t, (&userDisableCmd{accountFlags{d, "sample"}}).Run(e))
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

// command runs a command line with a password on standard input.
func command(t *testing.T, args ...string) (said string, err error) {
	t.Helper()
	var c commands
	var out bytes.Buffer
	parser, err := newParser(&c, &out, &out)
	must(t, err)
	parsed, err := parser.Parse(args)
	if err != nil {
		return "", err
	}
	err = parsed.Run(&env{Context: t.Context(), in: strings.NewReader("a long enough password 1\n"), out: &out, log: slog.New(slog.DiscardHandler)})
	return out.String(), err
}

// An account and its organisation are made together or not at all, so that a mistyped command can be given again.
func TestAddingAnAccountIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	data := "--data=" + t.TempDir()
	add := func(args ...string) (string, error) {
		return command(t, append([]string{"user", "add", data, "--name=样例"}, args...)...)
	}
	const uscc, company = "--uscc=91350100M000100Y43", "--organisation=样例公司"
	for _, wrong := range [][]string{
		{"chief", company}, {"chief", "--roles=supervisor"}, // of which organisation?
		{"chief", uscc}, // that is not there and has no name
		{"chief", "--uscc=91350100M000100Y44", company}, // the check digit
		{"chief", uscc, company, "--roles=supervizor"},
	} {
		if said, err := add(wrong...); err == nil {
			t.Errorf("%v was taken: %s", wrong, said)
		}
	}
	if said, err := add("chief", uscc, company, "--roles=supervisor"); err != nil || !strings.Contains(said, "organisation org_") {
		t.Fatalf("%v %s", err, said)
	}
	if said, err := add("second", "--uscc=91350100m000100y43", "--roles=clerk"); err != nil || !strings.Contains(said, "样例公司") { // joins
		t.Errorf("%v %s", err, said)
	}
	said, err := command(t, "user", "list", data)
	if must(t, err); strings.Count(said, "person_") != 2 {
		t.Errorf("accounts:\n%s", said)
	}
}

// A folder that was mistyped holds no installation; it is neither found to be in order nor made into one.
func TestNoInstallationIsNotMadeByLooking(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "mistyped")
	for _, args := range [][]string{{"check"}, {"check", "documents"}, {"user", "list"}, {"user", "disable", "chief"}, {"audit", "person_1"}} {
		if said, err := command(t, append(args, "--data="+dir)...); err == nil || !strings.Contains(err.Error(), "no installation") {
			t.Errorf("%v: %v %s", args, err, said)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder was made")
	}
}

// What the law and an administrator ask for can be done on the machine: an account is closed, opened, and forgotten; a
// role counts only with a second factor.
// Proves PLT-1, PLT-3.
func TestAccountsAreKeptOnTheMachine_PLT1_PLT3(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run := func(args ...string) (string, error) { return command(t, append(args, "--data="+dir)...) }
	done := func(args ...string) string {
		t.Helper()
		said, err := run(args...)
		must(t, err)
		return said
	}
	done("user", "add", "chief", "--name=样例主管", "--mobile=13800138000", "--uscc=91350100M000100Y43", "--organisation=样例公司", "--roles=sealer")
	for _, args := range [][]string{{"disable", "chief"}, {"enable", "13800138000"}} {
		done(append([]string{"user"}, args...)...)
		if said, closed := done("user", "list"), args[0] == "disable"; strings.Contains(said, "true") != closed {
			t.Errorf("%v: %s", args, said)
		}
	}
	if _, err := run("user", "second-factor", "91350100M000100Y43", "--roles=seeler"); err == nil {
		t.Error("a role that there is not was taken")
	}
	done("user", "second-factor", "91350100m000100y43", "--roles=sealer")
	done("user", "reset", "chief")
	if _, err := run("user", "authenticator-lost", "chief"); err == nil {
		t.Error("an authenticator that there never was is lost")
	}
	d := dataFlags{Data: dir}
	must(t, withApp(&env{Context: t.Context(), log: slog.New(slog.DiscardHandler)}, d, func(a *app.App) error {
		o, err := a.Identity.OrgByUSCC(t.Context(), "91350100M000100Y43")
		if len(o.TOTPRoles) != 1 || o.TOTPRoles[0] != "sealer" {
			t.Errorf("roles with a second factor: %v", o.TOTPRoles)
		}
		p, err2 := a.Identity.PersonBy(t.Context(), "chief")
		if p.HasPassword {
			t.Error("the password that was taken away still opens the account")
		}
		return errors.Join(err, err2)
	}))
	if _, err := run("user", "erase", "chief"); err == nil {
		t.Error("the organisation was left without an administrator")
	}
	done("user", "add", "next", "--name=样例接任", "--mobile=13800138001", "--uscc=91350100M000100Y43", "--roles=admin")
	done("user", "erase", "chief")
	if said := done("user", "list"); strings.Contains(said, "样例主管") || strings.Contains(said, "chief") || !strings.Contains(said, "true") {
		t.Errorf("after the erasure: %s", said)
	}
	if _, err := run("user", "enable", "13800138000"); err == nil {
		t.Error("the number of an erased account is known")
	}
}
