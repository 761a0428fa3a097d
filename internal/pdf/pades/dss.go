package pades

import (
	"context"
	"crypto/sha1" //nolint:gosec // names VRI entries, as EN 319 142-1 5.4.2.3 demands; protects nothing
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"strings"

	"cinnabar/internal/pdf"
)

// Evidence is what lets someone verify long after the certificates have ended.
type Evidence struct {
	Certificates []*x509.Certificate // of every chain, those of the time-stamps included
	CRLs         [][]byte            // DER
	OCSPs        [][]byte            // DER of OCSPResponse
}

// AddDSS appends a document security store (ISO 32000-2 12.8.4.3, PAdES B-LT) with a VRI entry for each
// signature there is. What an older store holds is kept; what it holds already is not stored twice.
func AddDSS(ctx context.Context, data []byte, e Evidence) ([]byte, error) {
	doc, err := pdf.Open(ctx, data, pdf.Limits{})
	if err != nil {
		return nil, err
	}
	catalog, ref, err := doc.Catalog()
	if err != nil {
		return nil, err
	}
	old, err := doc.DictOf(catalog["DSS"])
	if err != nil {
		return nil, err
	}
	u, err := doc.Update(16 << 10)
	if err != nil {
		return nil, err
	}
	store := pdf.Dict{"Type": pdf.Name("DSS")}
	vri := pdf.Dict{"Type": pdf.Name("VRI")}
	for _, part := range e.parts() {
		all, mine, err := mergeStreams(doc, u, old[part.key], part.items)
		if err != nil {
			return nil, err
		}
		if len(all) > 0 {
			store[part.key], vri[part.short] = all, mine
		}
	}
	entries, err := vriEntries(doc, old, vri)
	if err != nil {
		return nil, err
	}
	store["VRI"] = entries
	changed := clone(catalog)
	changed["DSS"] = u.Add(store)
	changed["Extensions"] = withESIC(doc, catalog)
	u.Put(ref, changed)
	return u.Finish(), nil
}

type evidencePart struct {
	key, short pdf.Name
	items      [][]byte
}

func (e Evidence) parts() []evidencePart {
	certs := make([][]byte, len(e.Certificates))
	for i, c := range e.Certificates {
		certs[i] = c.Raw
	}
	return []evidencePart{{"Certs", "Cert", certs}, {"CRLs", "CRL", e.CRLs}, {"OCSPs", "OCSP", e.OCSPs}}
}

// mergeStreams returns the old references with the new ones behind them, and the references of items.
func mergeStreams(doc *pdf.Document, u *pdf.Update, old pdf.Object, items [][]byte) (all, mine pdf.Array, err error) {
	all, err = doc.ArrayOf(old)
	if err != nil {
		return nil, nil, err
	}
	all = append(pdf.Array{}, all...)
	known := map[[32]byte]pdf.Object{}
	for _, o := range all {
		if data, err := streamData(doc, o); err == nil {
			known[sha256.Sum256(data)] = o
		}
	}
	for _, item := range items {
		sum := sha256.Sum256(item)
		o, have := known[sum]
		if !have {
			o = u.Add(&pdf.Stream{Dict: pdf.Dict{"Filter": pdf.Name("FlateDecode")}, Data: pdf.Deflate(item)})
			known[sum] = o
			all = append(all, o)
		}
		mine = append(mine, o)
	}
	return all, mine, nil
}

func streamData(doc *pdf.Document, o pdf.Object) ([]byte, error) {
	v, err := doc.Value(o)
	if err != nil {
		return nil, err
	}
	s, ok := v.(*pdf.Stream)
	if !ok {
		return nil, nil
	}
	return doc.Decode(s)
}

// vriEntries keeps older entries and adds one for each signature that has none.
func vriEntries(doc *pdf.Document, old pdf.Dict, entry pdf.Dict) (pdf.Dict, error) {
	had, err := doc.DictOf(old["VRI"])
	if err != nil {
		return nil, err
	}
	out := clone(had)
	f, err := readForm(doc)
	if err != nil {
		return nil, err
	}
	for _, field := range f.fields {
		if !field.isSignature || field.value == nil {
			continue
		}
		sig, err := doc.DictOf(field.value)
		if err != nil {
			return nil, err
		}
		contents, _ := sig["Contents"].(pdf.String)
		sum := sha1.Sum(contents) //nolint:gosec // see import
		key := pdf.Name(strings.ToUpper(hex.EncodeToString(sum[:])))
		if _, ok := out[key]; !ok {
			out[key] = entry
		}
	}
	return out, nil
}

// withESIC names the extension to ISO 32000-1 that the DSS is (EN 319 142-1 5.6).
func withESIC(doc *pdf.Document, catalog pdf.Dict) pdf.Dict {
	have, _ := doc.DictOf(catalog["Extensions"])
	out := clone(have)
	out["ESIC"] = pdf.Dict{"BaseVersion": pdf.Name("1.7"), "ExtensionLevel": int64(5)}
	return out
}
