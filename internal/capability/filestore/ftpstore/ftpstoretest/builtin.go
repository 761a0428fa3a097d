package ftpstoretest

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"cinnabar/internal/capability/filestore/ftpserve"
	"cinnabar/internal/platform/clock"
)

// Servers are the starters of all servers that documents are tested on, by name; a certificate makes one demand
// explicit FTPS.
func Servers() map[string]func(testing.TB, *Certificate) Server {
	return map[string]func(testing.TB, *Certificate) Server{"built-in": BuiltIn, "vsftpd": Vsftpd, "proftpd": Proftpd}
}

// one is the only account of a built-in server.
type one struct{ ftpserve.Client }

func (o one) Open(_ context.Context, user, password string) (ftpserve.Client, error) {
	if user != "store" || password != "secret" {
		return ftpserve.Client{}, errors.New("wrong")
	}
	return o.Client, nil
}

// BuiltIn starts the built-in server with an empty folder, as one that is outside. It stops with the test.
func BuiltIn(t testing.TB, cert *Certificate) Server {
	t.Helper()
	deps := ftpserve.Deps{
		Accounts: one{ftpserve.Client{ID: "store", Root: t.TempDir(), Access: ftpserve.Store, Connections: 20}},
		Clock:    clock.System{}, Log: slog.New(slog.DiscardHandler), Grace: time.Millisecond,
	}
	if cert != nil {
		deps.TLS, deps.RequireTLS = cert.Server, true
	}
	s, err := ftpserve.New(deps)
	check(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return Server{Name: "built-in", Addr: s.Addr().String(), User: "store", Password: "secret"}
}
