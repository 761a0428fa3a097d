package httpapi

import (
	"context"
	"net"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"cinnabar/internal/business/edocument/inbox"
	"cinnabar/internal/capability/filestore/depot"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// documentStoreRoutes let administrators of an operator look after the file servers that documents are kept
// on, and the FTP accounts by which systems of departments send and fetch them.
func (s *Server) documentStoreRoutes() {
	get(s, "/document-stores", "document-stores", "The file servers for documents, and whether they answer", s.listStores)
	post(s, "/document-stores", "document-stores", "Add a file server", http.StatusCreated, s.addStore)
	put(s, "/document-stores/{name}", "document-stores", "Change a file server", s.putStore)
	post(s, "/document-stores/{name}/test", "document-stores", "Put a small file there, read it back, remove it", http.StatusNoContent, s.testStore)
	post(s, "/document-stores/host-key", "document-stores", "Ask an SFTP server for its key, to be compared with what its operator says", http.StatusOK, s.storeHostKey)
	get(s, "/ftp-accounts", "document-stores", "FTP accounts of departments", s.listFTPAccounts)
	post(s, "/ftp-accounts", "document-stores", "Make an FTP account for a department; its password is shown once", http.StatusCreated, s.createFTPAccount)
	put(s, "/ftp-accounts/{name}", "document-stores", "How much an FTP account may send, and how long files lie in its outbox", s.changeFTPAccount)
	post(s, "/ftp-accounts/{name}/password", "document-stores", "Give an FTP account a new password, shown once, and let it log in", http.StatusOK, s.resetFTPAccount)
	del(s, "/ftp-accounts/{name}", "document-stores", "Disable an FTP account; its files stay", s.disableFTPAccount)
	get(s, "/ftp-accounts/{name}/waiting", "document-stores", "What lies in an FTP account's inbox and what it waits for, the oldest first, at most 200 files", s.listFTPWaiting)
	s.plain(huma.Operation{
		Method: http.MethodGet, Path: "/schemas/edoc-manifest", Tags: []string{"e-documents"}, Summary: "JSON Schema of the manifests in FTP inboxes",
	}, "application/schema+json", schema(inbox.Schema))
	s.plain(huma.Operation{
		Method: http.MethodGet, Path: "/schemas/edoc-waiting", Tags: []string{"e-documents"}, Summary: "JSON Schema of what files in FTP inboxes are said to wait for",
	}, "application/schema+json", schema(inbox.WaitingSchema))
}

func schema(text []byte) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "application/schema+json")
		_, err := w.Write(text)
		return err
	}
}

func (s *Server) storeAdmin(ctx context.Context) (cinnabar.Actor, error) {
	return s.operatorStaff(ctx, []string{identity.Admin})
}

// StoreFields are what may be set of a file server. Folders of this machine are not set over the API.
type StoreFields struct {
	Kind     depot.Kind `json:"kind" enum:"ftp,ftps,sftp"`
	Address  string     `json:"address" maxLength:"200" doc:"host:port"`
	User     string     `json:"user" maxLength:"100"`
	Password string     `json:"password,omitempty" maxLength:"10000" doc:"Or a private key for SFTP (PEM). Empty: as before. Never shown."`
	Folder   string     `json:"folder,omitempty" maxLength:"200" doc:"Below which all paths are; that of the login when left out."`
	CA       string     `json:"ca,omitempty" maxLength:"20000" doc:"Certificates to trust for FTPS (PEM); those of the system when left out."`
	HostKey  string     `json:"hostKey,omitempty" maxLength:"2000" doc:"Of an SFTP server, as in authorized_keys."`
	TLS13    bool       `json:"tls13,omitempty" doc:"Allow TLS 1.3; some servers lose the end of uploads then."`
}

func (f StoreFields) config(name string) depot.Config {
	return depot.Config{
		Name: name, Kind: f.Kind, Address: f.Address, User: f.User, Password: secret.Secret(f.Password), Folder: f.Folder, CA: f.CA, HostKey: f.HostKey, TLS13: f.TLS13,
	}
}

// StoreView is a file server.
type StoreView struct {
	Name      string     `json:"name"`
	Kind      depot.Kind `json:"kind" enum:"folder,ftp,ftps,sftp"`
	Address   string     `json:"address,omitempty"`
	User      string     `json:"user,omitempty"`
	Folder    string     `json:"folder,omitempty"`
	CA        string     `json:"ca,omitempty"`
	HostKey   string     `json:"hostKey,omitempty"`
	TLS13     bool       `json:"tls13,omitempty"`
	Reachable bool       `json:"reachable"`
	Problem   string     `json:"problem,omitempty" doc:"Why not, as a code."`

	Fingerprint     string `json:"fingerprint,omitempty" doc:"Of the trusted host key, as ssh-keygen -l prints it."`
	SeenFingerprint string `json:"seenFingerprint,omitempty" doc:"Of the host key that the server shows instead."`
}

// StorePath names a file server.
type StorePath struct {
	Name string `path:"name" maxLength:"40"`
}

func (s *Server) listStores(ctx context.Context, _ *struct{}) (*struct{ Body Items[StoreView] }, error) {
	if _, err := s.storeAdmin(ctx); err != nil {
		return nil, err
	}
	list, err := s.Depot.Stores(ctx)
	if err != nil {
		return nil, err
	}
	out := Items[StoreView]{Items: []StoreView{}}
	for _, i := range list {
		out.Items = append(out.Items, StoreView{i.Name, i.Kind, i.Address, i.User, i.Folder, i.CA, i.HostKey, i.TLS13, i.Reachable, i.Problem, i.Fingerprint(), i.Seen})
	}
	return &struct{ Body Items[StoreView] }{out}, nil
}

func (s *Server) addStore(ctx context.Context, in *struct {
	Body struct {
		Name string `json:"name" maxLength:"40" doc:"a-z, 0-9, hyphen."`
		StoreFields
	}
},
) (*struct{}, error) {
	if _, err := s.storeAdmin(ctx); err != nil {
		return nil, err
	}
	return nil, s.Depot.AddStore(ctx, in.Body.config(in.Body.Name))
}

func (s *Server) putStore(ctx context.Context, in *struct {
	StorePath
	Body StoreFields
},
) (*struct{}, error) {
	if _, err := s.storeAdmin(ctx); err != nil {
		return nil, err
	}
	return nil, s.Depot.ChangeStore(ctx, in.Body.config(in.Name))
}

// testStore tries what is in the body, or else the store as it is.
func (s *Server) testStore(ctx context.Context, in *struct {
	StorePath
	Body *StoreFields
},
) (*struct{}, error) {
	if _, err := s.storeAdmin(ctx); err != nil {
		return nil, err
	}
	if in.Body != nil {
		return nil, s.Depot.TestStore(ctx, in.Body.config(in.Name))
	}
	list, err := s.Depot.Stores(ctx)
	if err != nil {
		return nil, err
	}
	for _, i := range list {
		if i.Name == in.Name {
			return nil, s.Depot.TestStore(ctx, i.Config)
		}
	}
	return nil, errs.New(errs.NotFound, "no-such-store", "there is no file server of this name")
}

// HostKeyView is the key by which an SFTP server proves itself.
type HostKeyView struct {
	HostKey     string `json:"hostKey" doc:"As in authorized_keys."`
	Fingerprint string `json:"fingerprint" doc:"SHA256: and base64, as ssh-keygen -l prints it."`
}

func (s *Server) storeHostKey(ctx context.Context, in *struct {
	Body struct {
		Address string `json:"address" maxLength:"200" doc:"host:port"`
	}
},
) (*struct{ Body HostKeyView }, error) {
	if _, err := s.storeAdmin(ctx); err != nil {
		return nil, err
	}
	if _, _, err := net.SplitHostPort(in.Body.Address); err != nil {
		return nil, errs.Wrong(errs.Field{Pointer: "/address", Code: "malformed"})
	}
	line, fingerprint, err := s.Depot.HostKey(ctx, in.Body.Address)
	if err != nil {
		return nil, err
	}
	return &struct{ Body HostKeyView }{HostKeyView{line, fingerprint}}, nil
}
