package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"regexp"
	"time"

	"cinnabar/internal/app"
	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/capability/biometric/face/facetest"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// play runs one case as its people would, as far as a state.
type play struct {
	ctx      context.Context
	app      *app.App
	peers    *StandIns
	gas      *company
	customer *company
	n        int // makes the case's data differ from others'
	id       cinnabar.CaseID
}

// run takes the case on until it is in the wanted state.
func (p *play) run(until string) error {
	agent := p.customer.person("agent")
	id, err := p.app.Engine.Start(p.ctx, procedure.Start{
		Procedure: gascontract.ID, Operator: p.gas.ID, Role: gascontract.Applicant, Key: cinnabar.NewID[string]("demo"), Actor: agent.actor(),
	})
	if err != nil {
		return err
	}
	p.id = id
	for {
		v, err := p.app.Engine.View(p.ctx, id, p.gas.person("supervisor").actor())
		if err != nil {
			return err
		}
		if v.State.ID == until {
			return nil
		}
		next := p.moves(until)[v.State.ID]
		if next == nil {
			return fmt.Errorf("the demo knows no way on from %s to %s", v.State.ID, until)
		}
		if err := next(); err != nil {
			return fmt.Errorf("state %s: %w", v.State.ID, err)
		}
	}
}

// moves are what happens next in each state.
func (p *play) moves(until string) map[string]func() error {
	agent, boss := p.customer.person("agent"), p.customer.person("legal-rep")
	clerk, reviewer, sealer := p.gas.person("clerk"), p.gas.person("reviewer"), p.gas.person("sealer")
	verdict := procedure.Qualified
	if until == gascontract.Returned {
		verdict = procedure.Unqualified
	}
	return map[string]func() error{
		gascontract.Identity: func() error { return p.fill(agent, gascontract.SectionIdentity, p.identity, "identify") },
		gascontract.Face:     func() error { return p.do(agent, "face-at-counter", nil) },
		gascontract.FaceReview: func() error {
			return p.do(reviewer, "confirm-face", map[string]any{"basis": step.OnVideo, "reason": "已视频核验"})
		},
		gascontract.Basic:    func() error { return p.fill(agent, gascontract.SectionBasic, p.basic, "submit-basic") },
		gascontract.Contract: func() error { return p.fill(agent, gascontract.SectionContract, p.contract, "submit-contract") },
		gascontract.Terms:    func() error { return p.fill(clerk, gascontract.SectionTerms, p.terms, "complete-terms") },
		gascontract.Signing:  func() error { return p.sign(agent) },
		gascontract.Sealing:  func() error { return p.seal(agent, boss) },
		gascontract.Review:   func() error { return p.judge(reviewer, verdict) },
		gascontract.Countersign: func() error {
			return p.do(sealer, "countersign", map[string]any{"seal": p.gas.seals[seal.Contract], "password": SealPassword})
		},
	}
}

func (p *play) view(a *Account) (*procedure.View, error) {
	return p.app.Engine.View(p.ctx, p.id, a.actor())
}

func (p *play) do(a *Account, action string, body map[string]any) error {
	v, err := p.view(a)
	if err != nil {
		return err
	}
	if body == nil {
		body = map[string]any{}
	}
	for k, value := range body { // as it would come over HTTP
		if id, ok := value.(cinnabar.SealID); ok {
			body[k] = string(id)
		}
	}
	_, err = p.app.Engine.Do(p.ctx, procedure.Do{
		Case: p.id, Action: action, Version: v.Version, Body: body, Key: cinnabar.NewID[string]("demo"), Actor: a.actor(),
	})
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	return nil
}

// fill keeps a draft, hands in what materials are missing, and submits.
func (p *play) fill(a *Account, section string, data func() (map[string]any, error), action string) error {
	v, err := p.view(a)
	if err != nil {
		return err
	}
	entries, err := data()
	if err != nil {
		return err
	}
	revision := int64(0)
	if s := v.Sections[section]; s != nil {
		revision = s.Revision
	}
	if _, _, err := p.app.Engine.SaveDraft(p.ctx, procedure.Draft{Case: p.id, Section: section, Revision: revision, Data: entries, Actor: a.actor()}); err != nil {
		return err
	}
	for _, m := range v.Materials {
		if !m.Required || !v.EditableMaterial(m) || len(m.Files) > 0 {
			continue
		}
		file, err := p.picture(a, m.Title.Zh+".jpg", paper(m.Name))
		if err != nil {
			return err
		}
		if _, err := p.app.Engine.SetFiles(p.ctx, p.id, m.Name, []cinnabar.FileID{file}, a.actor()); err != nil {
			return err
		}
	}
	return p.do(a, action, nil)
}

// picture adds a picture to the case.
func (p *play) picture(a *Account, name string, img image.Image) (cinnabar.FileID, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 85}); err != nil {
		return "", err
	}
	blob, err := p.app.Files.Put(p.ctx, &b)
	if err != nil {
		return "", err
	}
	var id cinnabar.FileID
	err = p.app.DB.InTx(p.ctx, func(tx db.Tx) error {
		f, err := p.app.Files.Add(p.ctx, tx, filestore.NewFile{Blob: blob, Name: name, MIME: "image/jpeg", Case: p.id, By: a.actor()})
		if err == nil {
			id = f.ID
		}
		return err
	})
	return id, err
}

// paper is a sheet with lines, in the place of a scanned document.
func paper(seed string) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 600, 840))
	shade := cinnabar.DigestOf([]byte(seed))
	for y := range 840 {
		for x := range 600 {
			c := color.RGBA{250, 249, 245, 255}
			if y%42 > 30 && y > 80 && x > 60 && x < 400+int(shade[y/42%32]) {
				c = color.RGBA{90, 90, 96, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func (p *play) identity() (map[string]any, error) {
	agent := p.customer.person("agent")
	front, err := p.picture(agent, "证件.jpg", facetest.Portrait(uint64(p.n)))
	if err != nil {
		return nil, err
	}
	back, err := p.picture(agent, "证件另一面.jpg", paper("back"))
	if err != nil {
		return nil, err
	}
	mandate, err := p.picture(agent, "授权委托书.jpg", paper("mandate"))
	if err != nil {
		return nil, err
	}
	number := fmt.Sprintf("1101051990030710%d", p.n%10)
	return map[string]any{
		"category": gascontract.Agent, "useType": []string{gascontract.Commercial, gascontract.Industrial, gascontract.Public}[(p.n-1)%3],
		"name": agent.Name, "document": form.ResidentCard, "number": number + string(form.CheckCharacter11(number)), "expires": form.LongTerm,
		"idFront": string(front), "idBack": string(back), "mobile": agent.Mobile, "uscc": p.customer.USCC, "legalRep": p.customer.person("legal-rep").Name, "powerOfAttorney": string(mandate),
	}, nil
}

func (p *play) basic() (map[string]any, error) {
	agent := p.customer.person("agent")
	return map[string]any{
		"company": p.customer.Name, "companyAddress": p.customer.Address, "contact": agent.Name, "contactPhone": agent.Mobile,
		"email": agent.Login + "@demo.invalid", "bank": "示例银行示例支行", "bankAccount": fmt.Sprintf("62220000000000%02d", p.n),
		"invoice": "general", "billing": "sms",
	}, nil
}

func (p *play) contract() (map[string]any, error) {
	return map[string]any{
		"gasAddress": fmt.Sprintf("%s %d 层", p.customer.Address, p.n), "meterNumber": fmt.Sprintf("G25-2026%04d", p.n),
		"appliances": []any{
			map[string]any{"name": "中餐燃气炒菜灶（单眼）", "flow": "4.5", "count": float64(2 + p.n)},
			map[string]any{"name": "燃气蒸箱", "flow": "3.2", "count": float64(1)},
		},
		"monthlyConsumption": fmt.Sprint(2000 + 100*p.n), "termYears": float64(3),
		"startDate": p.app.Clock.Now().AddDate(0, 0, 7).Format(time.DateOnly),
	}, nil
}

func (p *play) terms() (map[string]any, error) {
	pressure := "low"
	if (p.n-1)%3 == 1 {
		pressure = "medium-b"
	}
	return map[string]any{"pressureLevel": pressure, "pricePlan": "非居民用气", "price": "3.86", "accountNumber": fmt.Sprintf("10002000%02d", p.n)}, nil
}

// sign reads, asks for the code, takes it from the phone, and signs.
func (p *play) sign(a *Account) error {
	v, err := p.view(a)
	if err != nil {
		return err
	}
	doc, err := p.app.Documents.Current(p.ctx, p.app.DB, cinnabar.DocID(v.Facts.Text(step.FactDocument)))
	if err != nil {
		return err
	}
	if err := p.do(a, "read", map[string]any{"digest": doc.Digest.String(), "lastPage": float64(doc.Pages)}); err != nil {
		return err
	}
	purpose, err := p.app.PendingConfirmation(p.ctx, v.Case, a.id)
	if err != nil {
		return err
	}
	code, err := p.code(a, purpose)
	if err != nil {
		return err
	}
	return p.do(a, "sign", map[string]any{"drawing": scribble(), "code": code, "agree": true})
}

// sentCode finds the code in its message, and nothing in others, which hold numbers and addresses too.
var sentCode = regexp.MustCompile(`验证码是 ([0-9]{6})`)

// code asks for a code and waits until it has come in at the phone.
func (p *play) code(a *Account, purpose string) (string, error) {
	before := len(p.peers.SMS.Taken())
	if err := p.app.Identity.SendCodeTo(p.ctx, a.id, purpose); err != nil {
		return "", err
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	for {
		select {
		case <-tick.C:
		case <-late.C:
			return "", errors.New("the code did not arrive within 20 s")
		case <-p.ctx.Done():
			return "", p.ctx.Err()
		}
		for _, m := range p.peers.SMS.Taken()[before:] {
			if code := sentCode.FindStringSubmatch(m.Text); m.To == a.Mobile && code != nil {
				return code[1], nil
			}
		}
	}
}

// scribble is a handwritten signature.
func scribble() map[string]any {
	var strokes []any
	for s := range 3 {
		var stroke []any
		for i := range 24 {
			x, y := 60+float64(s)*150+float64(i)*5, 120+60*wave(i, s)
			stroke = append(stroke, []any{x, y, float64(s*400 + i*16), 0.5})
		}
		strokes = append(strokes, stroke)
	}
	return map[string]any{"strokes": strokes, "width": 600.0, "height": 240.0}
}

func wave(i, s int) float64 {
	up := []float64{0, 0.6, 1, 0.5, -0.4, -1, -0.5, 0.2}
	return up[(i+3*s)%len(up)]
}

func (p *play) seal(agent, boss *Account) error {
	err := p.do(agent, "instruct-seals", map[string]any{"contractSeal": p.customer.seals[seal.Contract], "legalRepSeal": p.customer.seals[seal.LegalRep]})
	if err != nil {
		return err
	}
	if err := p.do(agent, "unlock-contract-seal", map[string]any{"password": SealPassword}); err != nil {
		return err
	}
	return p.do(boss, "unlock-legal-rep-seal", map[string]any{"password": SealPassword})
}

// judge gives every material the same verdict, or finds fault with one.
func (p *play) judge(a *Account, verdict procedure.Verdict) error {
	v, err := p.view(a)
	if err != nil {
		return err
	}
	var list []any
	for i, m := range v.Materials {
		if m.Section == "" && len(m.Files) == 0 {
			continue
		}
		j := map[string]any{"material": m.Name, "verdict": string(procedure.Qualified), "reason": ""}
		if verdict == procedure.Unqualified && i == len(gascontractSections(v)) {
			j["verdict"], j["reason"] = string(procedure.Unqualified), "图片模糊，请重新拍摄"
		}
		list = append(list, j)
	}
	return p.do(a, "judge", map[string]any{"verdicts": list})
}

// gascontractSections are the materials that are form sections; the first file comes after them.
func gascontractSections(v *procedure.View) []*procedure.Material {
	var out []*procedure.Material
	for _, m := range v.Materials {
		if m.Section != "" {
			out = append(out, m)
		}
	}
	return out
}
