package pki_test

import (
	"encoding/pem"
	"testing"

	"cinnabar/internal/capability/pki"
)

// What is trusted comes back from its file as it was: the roots of time-stamp authorities vouch for no signer.
// Proves PLT-10, PLT-12.
func TestTrustIsReadBack_PLT10_PLT12(t *testing.T) {
	t.Parallel()
	own, other := newBundle(t), newBundle(t)
	was := pki.Trust{}
	was.Signers = append(was.Signers, own.Root.Certificate)
	was.TimeStamps = append(was.TimeStamps, other.Root.Certificate)
	got, err := pki.ParseTrust(append([]byte("# a remark\n"), was.PEM()...))
	must(t, err)
	if len(got.Signers) != 1 || len(got.TimeStamps) != 1 || !got.Signers[0].Equal(was.Signers[0]) || !got.TimeStamps[0].Equal(was.TimeStamps[0]) {
		t.Fatalf("%d signers' roots and %d for time-stamps came back", len(got.Signers), len(got.TimeStamps))
	}
	if got.SignerRoots().Equal(got.TimeStampRoots()) {
		t.Error("the roots for time-stamps vouch for signers")
	}
	plain, err := pki.ParseTrust(append(own.TrustAnchorPEM(), other.TrustAnchorPEM()...)) // a file of the verifier's own
	must(t, err)
	if len(plain.Signers) != 2 {
		t.Errorf("%d roots without a remark, want 2", len(plain.Signers))
	}
	key, err := pki.NewKey()
	must(t, err)
	der, err := pki.MarshalPrivateKey(key)
	must(t, err)
	for name, bad := range map[string][]byte{
		"empty": nil, "no certificate": []byte("rubbish"), "a key": pemOf("PRIVATE KEY", der), "damaged": pemOf("CERTIFICATE", own.Root.Certificate.Raw[:100]),
	} {
		if _, err := pki.ParseTrust(bad); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
