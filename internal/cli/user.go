package cli

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"cinnabar/internal/app"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
)

// userCmd manages accounts from the machine itself, e.g. the first administrator.
type userCmd struct {
	Add      userAddCmd      `cmd:"" help:"Make an account, and with --organisation make or join an organisation."`
	List     userListCmd     `cmd:"" help:"List accounts."`
	Password userPasswordCmd `cmd:"" help:"Set an account's password, read from standard input. Seals stay shut."`
	Disable  userDisableCmd  `cmd:"" help:"Close an account."`
}

// onThisMachine is who acts when somebody works at the machine itself.
var onThisMachine = cinnabar.Actor{Kind: cinnabar.System, Name: "command line"}

func withApp(e *env, d dataFlags, f func(*app.App) error) error {
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
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
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
	Organisation string   `help:"Name of an organisation to be made with this person as administrator." group:"Organisation"`
	USCC         string   `help:"Its credit code; joins the organisation when it is there already." group:"Organisation"`
	Kind         string   `help:"What it is." enum:"operator,customer" default:"operator" group:"Organisation"`
	Phone        string   `help:"Its telephone for customers." group:"Organisation"`
	Roles        []string `help:"The person's roles in it." group:"Organisation"`
}

func (c *userAddCmd) Run(e *env) error {
	password, err := readPassword(e)
	if err != nil {
		return err
	}
	return withApp(e, c.dataFlags, func(a *app.App) error {
		p, err := a.Identity.CreatePerson(e, onThisMachine, identity.NewPerson{Name: c.Name, Login: c.Login, Mobile: c.Mobile, Email: c.Email, Password: password})
		if err != nil {
			return err
		}
		fmt.Fprintf(e.out, "account %s\n", p.ID)
		if c.USCC == "" {
			return nil
		}
		if org, err := a.Identity.OrgByUSCC(e, c.USCC); err == nil {
			return a.Identity.PutMember(e, onThisMachine, org.ID, p.ID, c.Roles)
		}
		org, err := a.Identity.CreateOrg(e, onThisMachine, identity.Org{Name: c.Organisation, USCC: c.USCC, Kind: c.Kind, Phone: c.Phone}, p.ID, c.Roles...)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.out, "organisation %s\n", org.ID)
		return nil
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

type userPasswordCmd struct {
	dataFlags
	Login string `arg:"" help:"Login, mobile number or e-mail address."`
}

func (c *userPasswordCmd) Run(e *env) error {
	password, err := readPassword(e)
	if err != nil {
		return err
	}
	return withApp(e, c.dataFlags, func(a *app.App) error {
		p, err := a.Identity.PersonBy(e, c.Login)
		if err != nil {
			return err
		}
		return a.Identity.SetPassword(e, onThisMachine, p.ID, password)
	})
}

type userDisableCmd struct {
	dataFlags
	Login string `arg:"" help:"Login, mobile number or e-mail address."`
}

func (c *userDisableCmd) Run(e *env) error {
	return withApp(e, c.dataFlags, func(a *app.App) error {
		p, err := a.Identity.PersonBy(e, c.Login)
		if err != nil {
			return err
		}
		return a.Identity.Disable(e, onThisMachine, p.ID)
	})
}
