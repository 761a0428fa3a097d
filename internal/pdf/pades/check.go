package pades

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/pades/cms"
)

// checkAll verifies every signature by itself.
func (v *verifier) checkAll() error {
	var last time.Time
	for _, f := range v.found {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		if f.end == 0 {
			continue
		}
		if f.out.Kind == KindTimeStamp {
			v.checkTimeStamp(f)
		} else {
			v.checkSignature(f)
		}
		if t := f.out.Time; t != nil {
			if t.Before(last) {
				f.out.fault(FaultTimeOrder, "its time-stamp is earlier than that of the signature before it")
			}
			last = *t
		}
	}
	return nil
}

// digest hashes the signed ranges.
func (v *verifier) digest(f *found, h crypto.Hash) []byte {
	d := h.New()
	d.Write(v.data[:f.gap[0]])
	d.Write(v.data[f.gap[1]:f.end])
	return d.Sum(nil)
}

func (v *verifier) checkSignature(f *found) {
	s := &f.out
	switch f.dict["SubFilter"] {
	case pdf.Name("ETSI.CAdES.detached"):
	case pdf.Name("adbe.pkcs7.detached"):
		s.Notes = append(s.Notes, "made by the older rules of ISO 32000-1 (adbe.pkcs7.detached)")
	default:
		s.fault(FaultFormat, fmt.Sprintf("signatures of the kind %v are not read here", f.dict["SubFilter"]))
		return
	}
	m, rest, err := v.message(f)
	if err != nil {
		s.fault(FaultFormat, err.Error())
		return
	}
	v.padding(s, rest)
	v.describe(s, m.Certificate)
	if m.Content != nil {
		s.fault(FaultFormat, "the signature carries a content of its own")
	}
	if f.dict["SubFilter"] == pdf.Name("ETSI.CAdES.detached") && (!m.NamesSigner || m.HasSigningTime) {
		s.Notes = append(s.Notes, "signed attributes are not as PAdES wants them")
	}
	if len(m.Unknown) > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("unsigned attributes that were not looked at: %v", m.Unknown))
	}
	v.judge(s, m.Verify(v.digest(f, m.Hash)))
	at := v.o.Now
	if m.Token != nil {
		if t, ok := v.checkToken(s, m); ok {
			at = t
		}
	} else {
		s.Notes = append(s.Notes, "no time-stamp: when it was signed is not proven")
	}
	v.checkChain(s, m, v.o.Roots, at, x509.ExtKeyUsageAny)
}

// message reads /Contents: DER, as PAdES demands; in signatures by the older rules also BER.
func (v *verifier) message(f *found) (*cms.Message, []byte, error) {
	contents, _ := f.dict["Contents"].(pdf.String)
	if f.dict["SubFilter"] == pdf.Name("ETSI.CAdES.detached") || !bytes.HasPrefix(contents, []byte{0x30, 0x80}) {
		return cms.Parse(contents)
	}
	f.out.Notes = append(f.out.Notes, "the signature's value is not in DER")
	der, rest, err := cms.FromBER(contents)
	if err != nil {
		return nil, nil, err
	}
	m, more, err := cms.Parse(der)
	return m, append(more, rest...), err
}

func (v *verifier) judge(s *Signature, err error) {
	s.DigestOK = !errors.Is(err, cms.ErrDigest) && !errors.Is(err, cms.ErrImprint)
	s.SignatureOK = err == nil
	switch {
	case err == nil:
	case s.DigestOK:
		s.fault(FaultSignature, "the signature does not verify")
	default:
		s.fault(FaultDigest, "the file is not what was signed")
	}
}

// checkToken verifies the time-stamp over the signature's value.
func (v *verifier) checkToken(s *Signature, m *cms.Message) (time.Time, bool) {
	token, rest, err := cms.ParseToken(m.Token)
	if err != nil || len(rest) > 0 {
		s.fault(FaultTimeStamp, "the time-stamp cannot be read")
		return time.Time{}, false
	}
	h := token.Digest.New()
	h.Write(m.Signature)
	if err := token.Verify(h.Sum(nil)); err != nil {
		s.fault(FaultTimeStamp, "the time-stamp does not belong to this signature")
		return time.Time{}, false
	}
	side := Signature{}
	v.checkChain(&side, token.Message, v.o.TSARoots, token.Time, x509.ExtKeyUsageTimeStamping)
	for _, f := range side.Faults {
		s.fault(f.Code, "of the time-stamp authority: "+f.Detail)
	}
	s.TimeStamper = token.Certificate.Subject.CommonName
	s.Time = &token.Time
	s.TimeOK = side.ChainOK
	return token.Time, side.ChainOK
}

// checkTimeStamp verifies a document time-stamp (ISO 32000-2 12.8.5).
func (v *verifier) checkTimeStamp(f *found) {
	s := &f.out
	if f.dict["SubFilter"] != pdf.Name("ETSI.RFC3161") {
		s.fault(FaultFormat, "a document time-stamp of a kind that is not read here")
		return
	}
	contents, _ := f.dict["Contents"].(pdf.String)
	token, rest, err := cms.ParseToken(contents)
	if err != nil {
		s.fault(FaultFormat, err.Error())
		return
	}
	v.padding(s, rest)
	v.describe(s, token.Certificate)
	if len(token.Unknown) > 0 || token.Token != nil {
		s.fault(FaultFormat, "the time-stamp carries attributes that nothing protects")
	}
	v.judge(s, token.Verify(v.digest(f, token.Digest)))
	s.Time, s.TimeStamper = &token.Time, s.Name
	v.checkChain(s, token.Message, v.o.TSARoots, token.Time, x509.ExtKeyUsageTimeStamping)
	s.TimeOK = s.SignatureOK && s.ChainOK
}

// padding reports what stands behind the message within /Contents, where only zeros may.
func (v *verifier) padding(s *Signature, rest []byte) {
	if len(bytes.Trim(rest, "\x00")) > 0 {
		s.fault(FaultPadding, "something is hidden behind the signature's value")
	}
}

func (v *verifier) describe(s *Signature, c *x509.Certificate) {
	s.Name = c.Subject.CommonName
	if len(c.Subject.Organization) > 0 {
		s.Org = c.Subject.Organization[0]
	}
	s.Issuer = c.Issuer.CommonName
	s.Serial = c.SerialNumber.Text(16)
	if v.o.Kind != nil {
		s.CertKind = v.o.Kind(c)
	}
}
