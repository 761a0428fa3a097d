package pades

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"time"

	"golang.org/x/crypto/ocsp"

	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/pades/cms"
)

// What is known of a certificate's revocation.
const (
	revocationGood    = "good"
	revocationRevoked = "revoked"
	revocationUnknown = "unknown"
)

// store is the document security store as it was read.
type store struct {
	certificates []*x509.Certificate
	crls         []*x509.RevocationList
	ocsps        [][]byte
}

const maxStored = 1_000

// readStore reads /DSS (ISO 32000-2 12.8.4.3). What cannot be parsed is passed over: it vouches for nothing.
func readStore(doc *pdf.Document) (*store, error) {
	s := &store{}
	catalog, _, err := doc.Catalog()
	if err != nil {
		return nil, err
	}
	dss, err := doc.DictOf(catalog["DSS"])
	if err != nil {
		return nil, err
	}
	for _, part := range []struct {
		key pdf.Name
		add func([]byte)
	}{
		{"Certs", func(b []byte) {
			if c, err := x509.ParseCertificate(b); err == nil {
				s.certificates = append(s.certificates, c)
			}
		}},
		{"CRLs", func(b []byte) { s.addCRL(b) }},
		{"OCSPs", func(b []byte) { s.ocsps = append(s.ocsps, b) }},
	} {
		list, err := doc.ArrayOf(dss[part.key])
		if err != nil {
			return nil, err
		}
		for _, o := range list[:min(len(list), maxStored)] {
			b, err := streamData(doc, o)
			if err != nil {
				return nil, err
			}
			part.add(b)
		}
	}
	return s, nil
}

func (s *store) addCRL(b []byte) {
	if l, err := x509.ParseRevocationList(b); err == nil {
		s.crls = append(s.crls, l)
	}
}

// checkChain builds the chain to a root as of time at, and looks for revocations.
func (v *verifier) checkChain(s *Signature, m *cms.Message, roots *x509.CertPool, at time.Time, use x509.ExtKeyUsage) {
	between := x509.NewCertPool()
	for _, c := range m.Certificates {
		between.AddCert(c)
	}
	for _, c := range v.store.certificates {
		between.AddCert(c)
	}
	if roots == nil {
		roots = x509.NewCertPool()
	}
	o := x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{use}}
	chain, err := v.chainOf(m.Certificate, o)
	if err != nil {
		var unknown x509.UnknownAuthorityError
		if errors.As(err, &unknown) {
			s.fault(FaultUntrusted, "the certificate leads to no trusted root")
			return
		}
		s.fault(FaultCertificate, "the certificate was not valid then, or is not for this use")
		return
	}
	if use == x509.ExtKeyUsageTimeStamping && !cms.OnlyTimeStamping(m.Certificate) {
		s.fault(FaultCertificate, "the time-stamp authority's certificate is not for time-stamps alone")
		return
	}
	s.ChainOK = true
	v.checkStray(s, m, chain, o)
	v.checkRevocation(s, m, chain, at)
}

// chainKey names a chain that was built before: one authority signs all time-stamps of a file.
type chainKey struct {
	certificate [32]byte
	use         x509.ExtKeyUsage
}

func (v *verifier) chainOf(c *x509.Certificate, o x509.VerifyOptions) ([]*x509.Certificate, error) {
	key := chainKey{sha256.Sum256(c.Raw), o.KeyUsages[0]}
	if chain := v.chains[key]; chain != nil && validAt(chain, o.CurrentTime) {
		return chain, nil
	}
	chains, err := c.Verify(o)
	if err != nil {
		return nil, err
	}
	v.chains[key] = chains[0]
	return chains[0], nil
}

func validAt(chain []*x509.Certificate, at time.Time) bool {
	for _, c := range chain {
		if at.Before(c.NotBefore) || at.After(c.NotAfter) {
			return false
		}
	}
	return true
}

// checkStray demands that every certificate in a message is vouched for by a root. The signature does not
// cover them, so that otherwise their bytes could be changed unnoticed.
func (v *verifier) checkStray(s *Signature, m *cms.Message, chain []*x509.Certificate, o x509.VerifyOptions) {
	o.KeyUsages = []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
	for _, c := range m.Certificates {
		used := false
		for _, in := range chain {
			used = used || bytes.Equal(in.Raw, c.Raw)
		}
		if used {
			continue
		}
		if _, err := c.Verify(o); err != nil {
			s.fault(FaultStray, "a certificate beside the chain is vouched for by nobody")
		}
	}
}

// checkRevocation asks the lists and answers in the document about every certificate but the root.
func (v *verifier) checkRevocation(s *Signature, m *cms.Message, chain []*x509.Certificate, at time.Time) {
	lists := v.store.crls
	for _, b := range m.CRLs {
		l, err := x509.ParseRevocationList(b)
		if err != nil {
			s.fault(FaultFormat, "a revocation list in the signature cannot be read")
			continue
		}
		lists = append(lists[:len(lists):len(lists)], l)
	}
	s.Revocation = revocationGood
	for i, c := range chain[:len(chain)-1] {
		switch v.revocationOf(c, chain[i+1], lists, at) {
		case revocationRevoked:
			s.Revocation = revocationRevoked
			s.fault(FaultRevoked, "the certificate of "+c.Subject.CommonName+" was revoked when it was used")
			return
		case revocationUnknown:
			s.Revocation = revocationUnknown
		}
	}
}

// revocationOf judges c as of time at. Data counts that was issued later than at, or was still current then.
func (v *verifier) revocationOf(c, issuer *x509.Certificate, lists []*x509.RevocationList, at time.Time) string {
	state := revocationUnknown
	for _, l := range lists {
		if !bytes.Equal(l.RawIssuer, c.RawIssuer) || l.NextUpdate.Before(at) || !v.issued(issuer, l) {
			continue
		}
		state = revocationGood
		for _, r := range l.RevokedCertificateEntries {
			if r.SerialNumber.Cmp(c.SerialNumber) == 0 && !r.RevocationTime.After(at) {
				return revocationRevoked
			}
		}
	}
	for _, b := range v.store.ocsps {
		r, err := ocsp.ParseResponseForCert(b, c, issuer)
		if err != nil || !r.NextUpdate.IsZero() && r.NextUpdate.Before(at) {
			continue
		}
		if r.Status == ocsp.Revoked && !r.RevokedAt.After(at) {
			return revocationRevoked
		}
		if r.Status != ocsp.Unknown {
			state = revocationGood
		}
	}
	return state
}

// issued reports whether the list is the issuer's; each pair is checked once.
func (v *verifier) issued(issuer *x509.Certificate, l *x509.RevocationList) bool {
	key := listKey{l, sha256.Sum256(issuer.Raw)}
	ok, known := v.lists[key]
	if !known {
		ok = l.CheckSignatureFrom(issuer) == nil
		v.lists[key] = ok
	}
	return ok
}

type listKey struct {
	list   *x509.RevocationList
	issuer [32]byte
}
