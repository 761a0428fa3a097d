package cli

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"cinnabar/internal/app"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
)

// userCmd manages accounts from the machine itself, e.g. the first administrator.
type userCmd struct {
	Add               userAddCmd           `cmd:"" help:"Make an account, and with --uscc make or join an organisation."`
	List              userListCmd          `cmd:"" help:"List accounts."`
	Password          userPasswordCmd      `cmd:"" help:"Set an account's password, read from standard input. Seals stay shut."`
	Reset             userResetCmd         `cmd:"" help:"Take an account's password away: nobody knows one that opens it until its holder sets one by a code sent to the mobile number."`
	Disable           userDisableCmd       `cmd:"" help:"Close an account."`
	Enable            userEnableCmd        `cmd:"" help:"Open a closed account again."`
	Erase             userEraseCmd         `cmd:"" help:"Close an account for good and destroy what is known of the person. What cases and documents hold stays."`
	AuthenticatorLost userAuthenticatorCmd `cmd:"" help:"Switch an account's second factor off and end its sessions: the authenticator app is gone."`
	SecondFactor      userSecondFactorCmd  `cmd:"" help:"Say which roles in an organisation count only with a second factor."`
}

// onThisMachine is who acts when somebody works at the machine itself.
var onThisMachine = cinnabar.Actor{Kind: cinnabar.System, Name: "command line"}

// withApp opens an installation that is there: a folder that was misspelt is not made into an empty one.
func withApp(e *env, d dataFlags, f func(*app.App) error) error {
	if !d.installed() {
		return fmt.Errorf("%s holds no installation: neither vault.key nor cinnabar.db; give --data", d.Data)
	}
	return withNewApp(e, d, f)
}

// installed tells whether the data folder was ever used.
func (d dataFlags) installed() bool {
	for _, name := range []string{"vault.key", "cinnabar.db"} {
		if _, err := os.Stat(filepath.Join(d.Data, name)); err == nil {
			return true
		}
	}
	return false
}

// withNewApp is withApp for what may come before the first start.
func withNewApp(e *env, d dataFlags, f func(*app.App) error) error {
	cfg, err := d.config(e)
	if err != nil {
		return err
	}
	a, err := app.New(e, cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	return f(a)
}

// readPassword reads one line, so that the password stands in no process list.
func readPassword(e *env) (string, error) {
	fmt.Fprintln(e.out, "Password (one line on standard input):")
	line, err := bufio.NewReader(e.in).ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", fmt.Errorf("no password was given: %w", err)
	}
	return line, nil
}

type userAddCmd struct {
	dataFlags
	Login        string   `arg:"" help:"Name to sign in with."`
	Name         string   `help:"The person's name." required:""`
	Mobile       string   `help:"Mobile number."`
	Email        string   `help:"E-mail address."`
	USCC         string   `help:"Credit code of an organisation: the account joins it, or makes it and is its administrator." group:"Organisation"`
	Organisation string   `help:"Its name, when it is to be made." group:"Organisation"`
	Kind         string   `help:"What it is." enum:"operator,customer" default:"operator" group:"Organisation"`
	Phone        string   `help:"Its telephone for customers." group:"Organisation"`
	Roles        []string `help:"The person's roles in it." group:"Organisation"`
}

// Validate refuses what belongs to an organisation where none is named.
func (c *userAddCmd) Validate() error {
	if c.USCC == "" && (c.Organisation != "" || c.Phone != "" || len(c.Roles) > 0) {
		return errors.New("--organisation, --phone and --roles need --uscc, the organisation's credit code")
	}
	return nil
}

func (c *userAddCmd) Run(e *env) error {
	password, err := readPassword(e)
	if err != nil {
		return err
	}
	n := identity.NewPerson{Name: c.Name, Login: c.Login, Mobile: c.Mobile, Email: c.Email, Password: password}
	return withNewApp(e, c.dataFlags, func(a *app.App) error {
		if c.USCC == "" {
			p, err := a.Identity.CreatePerson(e, onThisMachine, n)
			if err == nil {
				fmt.Fprintf(e.out, "account %s\n", p.ID)
			}
			return err
		}
		org := identity.Org{Name: c.Organisation, USCC: c.USCC, Kind: c.Kind, Phone: c.Phone}
		p, org, err := a.Identity.CreateMember(e, onThisMachine, n, org, c.Roles...)
		if err == nil {
			fmt.Fprintf(e.out, "account %s\norganisation %s %s\n", p.ID, org.ID, org.Name)
		}
		return err
	})
}

type userListCmd struct{ dataFlags }

func (c *userListCmd) Run(e *env) error {
	return withApp(e, c.dataFlags, func(a *app.App) error {
		w := tabwriter.NewWriter(e.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tLOGIN\tNAME\tDISABLED")
		for after := cinnabar.PersonID(""); ; {
			page, err := a.Identity.Persons(e, after, 200)
			if err != nil {
				return err
			}
			for _, p := range page {
				fmt.Fprintf(w, "%s\t%s\t%s\t%v\n", p.ID, p.Login, p.Name, p.Disabled)
				after = p.ID
			}
			if len(page) < 200 {
				return w.Flush()
			}
		}
	})
}

type userPasswordCmd struct{ accountFlags }

func (c *userPasswordCmd) Run(e *env) error {
	password, err := readPassword(e)
	if err != nil {
		return err
	}
	return c.with(e, func(a *app.App, id cinnabar.PersonID) error {
		return a.Identity.SetPassword(e, onThisMachine, id, password)
	})
}

type userResetCmd struct{ accountFlags }

func (c *userResetCmd) Run(e *env) error {
	return c.with(e, func(a *app.App, id cinnabar.PersonID) error { return a.Identity.ResetPassword(e, onThisMachine, id) })
}

type userAuthenticatorCmd struct{ accountFlags }

func (c *userAuthenticatorCmd) Run(e *env) error {
	return c.with(e, func(a *app.App, id cinnabar.PersonID) error { return a.Identity.DropTOTP(e, onThisMachine, id) })
}

type userDisableCmd struct{ accountFlags }

func (c *userDisableCmd) Run(e *env) error {
	return c.with(e, func(a *app.App, id cinnabar.PersonID) error { return a.Identity.Disable(e, onThisMachine, id) })
}

type userEnableCmd struct{ accountFlags }

func (c *userEnableCmd) Run(e *env) error {
	return c.with(e, func(a *app.App, id cinnabar.PersonID) error { return a.Identity.Enable(e, onThisMachine, id) })
}

// userEraseCmd serves a person's request to be forgotten; whether the law wants the data kept is decided before.
type userEraseCmd struct{ accountFlags }

func (c *userEraseCmd) Run(e *env) error {
	return c.with(e, func(a *app.App, id cinnabar.PersonID) error {
		if err := a.Identity.Erase(e, onThisMachine, id); err != nil {
			return err
		}
		_, err := fmt.Fprintf(e.out, "erased %s\n", id)
		return err
	})
}

// accountFlags name an account.
type accountFlags struct {
	dataFlags
	Login string `arg:"" help:"Login, mobile number or e-mail address."`
}

func (c *accountFlags) with(e *env, f func(*app.App, cinnabar.PersonID) error) error {
	return withApp(e, c.dataFlags, func(a *app.App) error {
		p, err := a.Identity.PersonBy(e, c.Login)
		if err != nil {
			return err
		}
		return f(a, p.ID)
	})
}

type userSecondFactorCmd struct {
	dataFlags
	USCC  string   `arg:"" help:"Credit code of the organisation."`
	Roles []string `help:"The roles; none of them: no role needs it."`
}

func (c *userSecondFactorCmd) Run(e *env) error {
	return withApp(e, c.dataFlags, func(a *app.App) error {
		org, err := a.Identity.OrgByUSCC(e, strings.ToUpper(c.USCC))
		if err != nil {
			return err
		}
		return a.Identity.RequireSecondFactor(e, onThisMachine, org.ID, c.Roles)
	})
}
