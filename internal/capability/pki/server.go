package pki

import (
	"crypto"
	"crypto/x509"
	"net"

	"cinnabar/internal/platform/clock"
)

// serverDays is how long a server's certificate is valid: short, since it is made anew with every start.
const serverDays = 397 // CA/Browser Forum Baseline Requirements 6.3.2 (before 2026)

// IssueForServer certifies the key of a TLS server that is reached by names or IP addresses. Clients need the
// root to trust it.
func (b *Bundle) IssueForServer(hosts []string, pub crypto.PublicKey, clk clock.Clock) (*x509.Certificate, error) {
	now := clk.Now()
	t := &x509.Certificate{
		Subject: Subject{Name: hosts[0]}.name(), NotBefore: now.Add(-backdate), NotAfter: now.AddDate(0, 0, serverDays),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		Policies: []x509.OID{internalPolicy()},
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, h)
		}
	}
	return issue(t, b.Issuing.Certificate, pub, b.Issuing.Signer)
}
