package depot

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"path"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/capability/filestore/sftpstore"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Info is what may be shown of a store.
type Info struct {
	Config           // without its password
	Reachable bool   // a moment ago
	Problem   string // code of told when it is not
	Seen      string // fingerprint of the host key that it shows instead of the trusted one
}

// probeWithin is how long Stores waits for each store.
const probeWithin = 5 * time.Second

// AddStore makes a store known. Errors: errs.Invalid with the fields (/name, /kind, /address, /user,
// /password, /folder, /ca, /hostKey); errs.Conflict, code "store-exists". Nothing is connected to: see
// TestStore.
func (s *Service) AddStore(ctx context.Context, c Config) error {
	if err := c.check(); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		sealed, err := s.seal(ctx, tx, c)
		if err != nil {
			return err
		}
		made, err := insertStore(ctx, tx, c, sealed, s.Clock.Now())
		if err == nil && !made {
			err = errs.New(errs.Conflict, "store-exists", "there is a store of this name already")
		}
		return err
	})
}

// ChangeStore sets a store anew; its name stays, and an empty password leaves the former, unless it would go to
// another server than it was given for: errs.Invalid at /password. What is stored is looked for at the new
// place from then on.
func (s *Service) ChangeStore(ctx context.Context, c Config) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Password == "" && c.Kind != Folder {
		if _, err := s.kept(ctx, c); err != nil {
			return err
		}
	}
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		var sealed []byte
		if c.Password != "" {
			var err error
			if sealed, err = s.seal(ctx, tx, c); err != nil {
				return err
			}
		}
		return updateStore(ctx, tx, c, sealed, s.Clock.Now())
	})
}

func (s *Service) seal(ctx context.Context, tx db.Tx, c Config) ([]byte, error) {
	subject, at := sealing(c.Name)
	return s.Vault.Seal(ctx, tx, subject, at, []byte(c.Password.Reveal()))
}

// TestStore tries a configuration that need not be known yet: it puts a small file into quarantine/, reads it
// back, and removes it. An empty password is that of the known store of the name, as with ChangeStore. Errors
// are those of Put.
func (s *Service) TestStore(ctx context.Context, c Config) error {
	if c.Name == BuiltIn {
		return try(ctx, c.Name, s.BuiltIn)
	}
	if err := c.check(); err != nil {
		return err
	}
	if c.Password == "" && c.Kind != Folder {
		known, err := s.kept(ctx, c)
		if err != nil {
			return err
		}
		c.Password = known.Password
	}
	o, err := c.connect(s.Clock, s.Wait)
	if err != nil {
		return told(c.Name, err)
	}
	defer o.close()
	return try(ctx, c.Name, o)
}

// kept is the known store of a configuration without a password. It is refused when the password would be
// sent elsewhere, or to somebody who proves less: who administers stores must not learn it that way.
func (s *Service) kept(ctx context.Context, c Config) (Config, error) {
	known, _, err := s.config(ctx, c.Name)
	if err == nil && (c.Kind != known.Kind || c.Address != known.Address || c.User != known.User || c.CA != known.CA || c.HostKey != known.HostKey) {
		err = errs.Wrong(errs.Field{Pointer: "/password", Code: "missing"})
	}
	return known, err
}

// HostKey asks an SFTP server at host:port for its key: the line for Config.HostKey, and the fingerprint
// (SHA256:…) that the administrator compares with what the server's operator says.
func (s *Service) HostKey(ctx context.Context, address string) (line, fingerprint string, err error) {
	key, err := sftpstore.HostKey(ctx, address, s.Clock, probeWithin)
	if err != nil {
		return "", "", told(address, err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))), ssh.FingerprintSHA256(key), nil
}

func try(ctx context.Context, name string, st Store) error {
	body := []byte("Cinnabar looks whether it can keep documents here: " + rand.Text() + "\n")
	doc := ftpstore.Document{Path: path.Join(quarantine, "test-"+rand.Text()+".txt"), Digest: cinnabar.DigestOf(body), Size: int64(len(body))}
	err := st.Put(ctx, doc, bytes.NewReader(body))
	if err == nil {
		err = st.Verify(ctx, doc)
	}
	return told(name, errors.Join(err, st.Delete(ctx, doc.Path)))
}

// Stores lists the stores, the built-in one first, and asks each whether it answers.
func (s *Service) Stores(ctx context.Context) ([]Info, error) {
	configs, err := listStores(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	out := []Info{{Config: Config{Name: BuiltIn, Kind: Folder}}}
	for _, c := range configs {
		out = append(out, Info{Config: c})
	}
	ctx, cancel := context.WithTimeout(ctx, probeWithin)
	defer cancel()
	var all sync.WaitGroup
	for i := range out {
		all.Go(func() {
			err := s.probe(ctx, out[i].Name)
			if out[i].Reachable = err == nil; err != nil {
				e := errs.As(err)
				out[i].Problem = e.Code
				out[i].Seen, _ = e.Params["seen"].(string)
			}
		})
	}
	all.Wait()
	return out, nil
}

// probe asks for a file that is not there.
func (s *Service) probe(ctx context.Context, name string) error {
	st, err := s.open(ctx, name)
	if err == nil {
		_, err = st.Stat(ctx, path.Join(quarantine, "test-"+rand.Text()+".txt"))
	}
	if err == nil || errors.Is(err, ftpstore.Absent) {
		return nil
	}
	return told(name, err)
}

// Names are those of all stores, the built-in one first. Unlike Stores it asks none of them.
func (s *Service) Names(ctx context.Context) ([]string, error) {
	configs, err := listStores(ctx, s.DB)
	out := []string{BuiltIn}
	for _, c := range configs {
		out = append(out, c.Name)
	}
	return out, err
}
