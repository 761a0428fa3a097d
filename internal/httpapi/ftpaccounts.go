package httpapi

import (
	"context"
	"time"

	"cinnabar/internal/business/edocument/inbox"
	"cinnabar/internal/capability/filestore/ftpaccount"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// FTPAccount is an account by which a department's system sends documents and fetches what comes back.
type FTPAccount struct {
	Name       string                `json:"name"`
	Department cinnabar.DepartmentID `json:"department"`
	Quota      int64                 `json:"quota" doc:"Bytes in the inbox; 0: no limit."`
	KeepDays   int                   `json:"keepDays" doc:"How long a file lies in the outbox."`
	Disabled   bool                  `json:"disabled"`
	CreatedAt  time.Time             `json:"createdAt"`
	Password   string                `json:"password,omitempty" doc:"Only in the answer that makes it."`
}

func (s *Server) listFTPAccounts(ctx context.Context, _ *struct{}) (*struct{ Body Items[FTPAccount] }, error) {
	a, err := s.storeAdmin(ctx)
	if err != nil {
		return nil, err
	}
	bound, err := s.EDocuments.Accounts(ctx, a.Org)
	if err != nil {
		return nil, err
	}
	out := Items[FTPAccount]{Items: []FTPAccount{}}
	for _, b := range bound {
		one, err := s.Accounts.Get(ctx, b.Name)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, ftpAccountJSON(one, b.Department))
	}
	return &struct{ Body Items[FTPAccount] }{out}, nil
}

func ftpAccountJSON(a ftpaccount.Account, d cinnabar.DepartmentID) FTPAccount {
	return FTPAccount{Name: a.Name, Department: d, Quota: a.Quota, KeepDays: a.KeepDays, Disabled: !a.DisabledAt.IsZero(), CreatedAt: a.CreatedAt}
}

func (s *Server) createFTPAccount(ctx context.Context, in *struct {
	Body struct {
		Name       string                `json:"name" maxLength:"40" doc:"To log in with: a-z, 0-9, hyphen."`
		Department cinnabar.DepartmentID `json:"department"`
		Quota      int64                 `json:"quota,omitempty" minimum:"0"`
		KeepDays   int                   `json:"keepDays,omitempty" minimum:"1" maximum:"3650" doc:"How long a file lies in the outbox; 30 when left out."`
	}
},
) (*struct{ Body FTPAccount }, error) {
	a, err := s.storeAdmin(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.ownDepartment(ctx, a.Org, in.Body.Department); err != nil {
		return nil, err
	}
	// The account comes first: its name must be free before it stands for anybody.
	made, password, err := s.Accounts.Create(ctx, a.Person, ftpaccount.NewAccount{Name: in.Body.Name, Org: a.Org, Quota: in.Body.Quota, KeepDays: in.Body.KeepDays})
	if err != nil {
		return nil, err
	}
	if err := s.EDocuments.BindAccount(ctx, a, made.Name, in.Body.Department); err != nil {
		return nil, err
	}
	out := ftpAccountJSON(made, in.Body.Department)
	out.Password = password.Reveal()
	return &struct{ Body FTPAccount }{out}, nil
}

func (s *Server) ownDepartment(ctx context.Context, org cinnabar.OrgID, id cinnabar.DepartmentID) error {
	list, err := s.Identity.Departments(ctx, s.DB, org)
	if err != nil {
		return err
	}
	for _, d := range list {
		if d.ID == id && !d.Closed {
			return nil
		}
	}
	return errs.Wrong(errs.Field{Pointer: "/department", Code: "unknown"})
}

// FTPAccountPath names an account.
type FTPAccountPath struct {
	Name string `path:"name" maxLength:"40"`
}

// ownFTPAccount finds an account of the organisation acted for; others' do not exist.
func (s *Server) ownFTPAccount(ctx context.Context, name string) (ftpaccount.Account, error) {
	a, err := s.storeAdmin(ctx)
	if err != nil {
		return ftpaccount.Account{}, err
	}
	one, err := s.Accounts.Get(ctx, name)
	if err == nil && one.Org != a.Org {
		err = errs.New(errs.NotFound, "no-such-account", "there is no FTP account of this name")
	}
	return one, err
}

func (s *Server) changeFTPAccount(ctx context.Context, in *struct {
	FTPAccountPath
	Body struct {
		Quota    int64 `json:"quota" minimum:"0"`
		KeepDays int   `json:"keepDays" minimum:"1" maximum:"3650" doc:"Counts for what lies in the outbox already, too."`
	}
},
) (*struct{ Body FTPAccount }, error) {
	one, err := s.ownFTPAccount(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	bound, err := s.EDocuments.Accounts(ctx, one.Org)
	if err != nil {
		return nil, err
	}
	if one, err = s.Accounts.Change(ctx, one.Name, in.Body.Quota, in.Body.KeepDays); err != nil {
		return nil, err
	}
	out := ftpAccountJSON(one, "")
	for _, b := range bound {
		if b.Name == one.Name {
			out.Department = b.Department
		}
	}
	return &struct{ Body FTPAccount }{out}, nil
}

func (s *Server) resetFTPAccount(ctx context.Context, in *FTPAccountPath) (*struct {
	Body struct {
		Password string `json:"password"`
	}
}, error,
) {
	one, err := s.ownFTPAccount(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	password, err := s.Accounts.Reset(ctx, one.Name)
	if err == nil {
		err = s.Accounts.Enable(ctx, one.Name)
	}
	if err != nil {
		return nil, err
	}
	out := &struct {
		Body struct {
			Password string `json:"password"`
		}
	}{}
	out.Body.Password = password.Reveal()
	return out, nil
}

func (s *Server) disableFTPAccount(ctx context.Context, in *FTPAccountPath) (*struct{}, error) {
	one, err := s.ownFTPAccount(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	return nil, s.Accounts.Disable(ctx, one.Name)
}

func (s *Server) listFTPWaiting(ctx context.Context, in *FTPAccountPath) (*struct{ Body Items[inbox.Waiting] }, error) {
	one, err := s.ownFTPAccount(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	left, err := s.FTPInbox.Left(ctx, one.Name)
	return &struct{ Body Items[inbox.Waiting] }{Items[inbox.Waiting]{append([]inbox.Waiting{}, left...)}}, err
}
