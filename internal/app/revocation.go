package app

import (
	"context"
	"math/big"
	"sync"
	"time"

	"cinnabar/internal/capability/pki"
	"cinnabar/internal/platform/db"
)

// Where certificates point verifiers to, below the public URL.
const (
	crlPath  = "/pki/issuing.crl"
	ocspPath = "/pki/ocsp"
)

func addressesAt(publicURL string) pki.Addresses {
	return pki.Addresses{CRL: publicURL + crlPath, OCSP: publicURL + ocspPath}
}

// listFresh is how long a public revocation list is served before the next one is made.
const listFresh = 10 * time.Minute

// publicLists answers verifiers about what was revoked.
type publicLists struct {
	*authority
	mu   sync.Mutex
	list []byte
	made time.Time
}

// CRL is the issuing authority's revocation list, at most ten minutes old.
func (p *publicLists) CRL(ctx context.Context) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	if p.list != nil && now.Sub(p.made) < listFresh {
		return p.list, nil
	}
	number, revoked, err := p.nextList(ctx)
	if err != nil {
		return nil, err
	}
	list, err := p.bundle.CRL(number, revoked, listFor, p.clock)
	if err != nil {
		return nil, err
	}
	p.list, p.made = list, now
	return list, nil
}

// OCSP answers a request about one certificate.
func (p *publicLists) OCSP(ctx context.Context, request []byte) ([]byte, error) {
	var failed error
	answer, err := p.bundle.OCSP(request, func(serial *big.Int) (time.Time, bool) {
		var at int64
		err := p.db.QueryRow(ctx, `SELECT coalesce(max(revoked_at), 0) FROM authority_revocation WHERE serial = $1`, serial.String()).Scan(&at)
		failed = err
		return db.Time(at), at > 0
	}, p.clock)
	if failed != nil {
		return nil, failed
	}
	return answer, err
}
