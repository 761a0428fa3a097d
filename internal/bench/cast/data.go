package cast

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"time"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// DraftDigest identifies the contents of a draft.
func DraftDigest(data map[string]any) (cinnabar.Digest, error) {
	raw, err := json.Marshal(data)
	return cinnabar.DigestOf(raw), err
}

// data fills in a section.
func (s *Script) data(ctx context.Context, section string) (map[string]any, error) {
	agent := s.Customer.People["agent"]
	switch section {
	case gascontract.SectionIdentity:
		front, err := s.put(ctx, "证件.jpg", bytes.NewReader(portrait))
		if err != nil {
			return nil, err
		}
		back, err := s.putPaper(ctx, "证件另一面.jpg")
		if err != nil {
			return nil, err
		}
		mandate, err := s.putPaper(ctx, "授权委托书.jpg")
		if err != nil {
			return nil, err
		}
		number := fmt.Sprintf("11010519900307%03d", s.N%1000)
		return map[string]any{
			"category": gascontract.Agent, "useType": gascontract.Commercial, "name": agent.Name, "document": form.ResidentCard,
			"number": number + string(form.CheckCharacter11(number)), "expires": form.LongTerm, "idFront": string(front), "idBack": string(back), "mobile": agent.Mobile,
			"uscc": s.Customer.USCC, "legalRep": "某甲", "powerOfAttorney": string(mandate),
		}, nil
	case gascontract.SectionBasic:
		return map[string]any{
			"company": s.Customer.Name, "companyAddress": s.Customer.Address, "contact": agent.Name, "contactPhone": agent.Mobile,
			"email": "somebody@example.com", "bank": "示例银行示例支行", "bankAccount": fmt.Sprintf("622200000000%04d", s.N%10000),
			"invoice": "general", "billing": "sms",
		}, nil
	case gascontract.SectionContract:
		return map[string]any{
			"gasAddress": fmt.Sprintf("%s %d 层", s.Customer.Address, s.N), "meterNumber": fmt.Sprintf("G25-2026%04d", s.N%10000),
			"appliances":         []any{map[string]any{"name": "中餐燃气炒菜灶（单眼）", "flow": "4.5", "count": float64(2)}},
			"monthlyConsumption": "2100", "termYears": float64(3), "startDate": s.App.Clock.Now().AddDate(0, 0, 7).Format(time.DateOnly),
		}, nil
	}
	return map[string]any{"pressureLevel": "low", "pricePlan": "非居民用气", "price": "3.86", "accountNumber": fmt.Sprintf("1000%06d", s.N)}, nil
}

// portrait is facetest.Portrait(1), which takes long to be painted: nobody's face.
//
//go:embed portrait.jpg
var portrait []byte

// paper is a sheet with a few lines, in the place of a scanned document.
func paper(seed string) (*bytes.Buffer, error) {
	img := image.NewGray(image.Rect(0, 0, 300, 420))
	shade := cinnabar.DigestOf([]byte(seed))
	for y := range 420 {
		for x := range 300 {
			img.SetGray(x, y, color.Gray{Y: 250})
			if y%21 > 15 && x > 30 && x < 100+int(shade[y/21%32]/2) {
				img.SetGray(x, y, color.Gray{Y: 90})
			}
		}
	}
	out := new(bytes.Buffer)
	return out, jpeg.Encode(out, img, &jpeg.Options{Quality: 80})
}

// sign reads, asks for the code, takes it from the phone, and signs.
func (s *Script) sign(ctx context.Context, v *procedure.View, who Person) error {
	doc, err := s.App.Documents.Current(ctx, s.App.DB, cinnabar.DocID(v.Facts.Text(step.FactDocument)))
	if err != nil {
		return err
	}
	if err := s.act(ctx, who, "read", map[string]any{"digest": doc.Digest.String(), "lastPage": float64(doc.Pages)}); err != nil {
		return err
	}
	if v, err = s.view(ctx); err != nil {
		return err
	}
	purpose, err := s.App.PendingConfirmation(ctx, v.Case, who.ID)
	if err != nil {
		return err
	}
	if err := s.App.Identity.SendCodeTo(ctx, who.ID, purpose); err != nil {
		return err
	}
	code, err := s.Code(ctx, who.Mobile)
	if err != nil {
		return err
	}
	return s.act(ctx, who, "sign", map[string]any{"drawing": scribble(), "code": code, "agree": true})
}

// scribble is a handwritten signature.
func scribble() map[string]any {
	up := []float64{0, 0.6, 1, 0.5, -0.4, -1, -0.5, 0.2}
	var strokes []any
	for n := range 3 {
		var stroke []any
		for i := range 24 {
			stroke = append(stroke, []any{60 + float64(n)*150 + float64(i)*5, 120 + 60*up[(i+3*n)%len(up)], float64(n*400 + i*16), 0.5})
		}
		strokes = append(strokes, stroke)
	}
	return map[string]any{"strokes": strokes, "width": 600.0, "height": 240.0}
}

// seal instructs once and unlocks both seals; what one unlocked before a restart is unlocked again.
func (s *Script) seal(ctx context.Context, v *procedure.View) error {
	agent := s.Customer.People["agent"]
	var i step.Instruction
	switch {
	case !v.Facts.Get(step.FactSealing, &i):
		return s.act(ctx, agent, "instruct-seals", map[string]any{
			"contractSeal": string(s.Customer.Seals[seal.Contract]), "legalRepSeal": string(s.Customer.Seals[seal.LegalRep]),
		})
	case !s.unlocked:
		s.unlocked = true
		return s.act(ctx, agent, "unlock-contract-seal", map[string]any{"password": sealPassword})
	}
	return s.act(ctx, s.Customer.People["legal-rep"], "unlock-legal-rep-seal", map[string]any{"password": sealPassword})
}

func (s *Script) countersign(ctx context.Context) error {
	gas := s.Cast.Gas
	return s.act(ctx, gas.People["sealer"], "countersign", map[string]any{"seal": string(gas.Seals[seal.Contract]), "password": sealPassword})
}

// judge finds everything in order.
func (s *Script) judge(ctx context.Context, v *procedure.View, who Person) error {
	var list []any
	for _, m := range v.Materials {
		if m.Section != "" || len(m.Files) > 0 {
			list = append(list, map[string]any{"material": m.Name, "verdict": string(procedure.Qualified), "reason": ""})
		}
	}
	return s.act(ctx, who, "judge", map[string]any{"verdicts": list})
}
