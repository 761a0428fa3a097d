package facepeer

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"cinnabar/internal/capability/biometric/tencentid"
)

// maxSkew is how far a request's time may be from ours.
const maxSkew = 5 * time.Minute

// tencent answers the endpoint's actions.
func (p *Peer) tencent(w http.ResponseWriter, r *http.Request, mood Mood) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil {
		http.Error(w, "malformed", http.StatusBadRequest)
		return
	}
	answer := refused("AuthFailure.SignatureFailure")
	if p.isTencentSigned(r, body) {
		answer = p.identified(r.Header.Get("X-TC-Action"), body)
	}
	answer["RequestId"] = "stand-in"
	w.Header().Set("Content-Type", "application/json")
	if mood.Forged {
		_, _ = io.WriteString(w, `{"Response":"`)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"Response": answer})
}

func (p *Peer) isTencentSigned(r *http.Request, body []byte) bool {
	seconds, err := strconv.ParseInt(r.Header.Get("X-TC-Timestamp"), 10, 64)
	at := time.Unix(seconds, 0)
	want := tencentid.Authorization(p.ID, p.Key, r.Host, body, at)
	return err == nil && p.Clock.Now().Sub(at).Abs() <= maxSkew && r.Header.Get("X-TC-Version") == "2018-03-01" &&
		subtle.ConstantTimeCompare([]byte(want), []byte(r.Header.Get("Authorization"))) == 1
}

func refused(code string) map[string]any {
	return map[string]any{"Error": map[string]string{"Code": code, "Message": code}}
}

func (p *Peer) identified(action string, body []byte) map[string]any {
	var in struct{ RuleId, IdCard, Name, RedirectUrl, BizToken string } //nolint:revive // the protocol's spelling
	if json.Unmarshal(body, &in) != nil || in.RuleId != p.Rule {
		return refused("InvalidParameterValue.RuleIdNotExist")
	}
	switch action {
	case "DetectAuth":
		if in.IdCard == "" || in.Name == "" {
			return refused("InvalidParameter")
		}
		token := p.keep(Check{Name: in.Name, Number: in.IdCard, Back: in.RedirectUrl})
		return map[string]any{"BizToken": token, "Url": p.url + "/page?token=" + token}
	case "GetDetectInfoEnhanced":
		c, ok := p.Check(in.BizToken)
		switch {
		case !ok:
			return refused("InvalidParameterValue.BizTokenIllegal")
		case c.Outcome == Expired:
			return refused("InvalidParameterValue.BizTokenExpired")
		}
		return detected(c.Outcome)
	}
	return refused("InvalidAction")
}

func detected(o Outcome) map[string]any {
	text := map[string]any{"ErrCode": nil, "ErrMsg": nil, "LiveStatus": nil, "Comparestatus": nil, "Sim": nil}
	answer := map[string]any{"Text": text, "BestFrame": map[string]any{"BestFrame": nil}}
	codes := map[Outcome][3]int{Passed: {0, 0, 0}, OtherFace: {1004, 0, 1004}, NotAlive: {1004, 1004, -1}, Fault: {1001, 1001, -1}}
	c, ended := codes[o]
	if !ended {
		return answer
	}
	text["ErrCode"], text["LiveStatus"], text["Comparestatus"] = c[0], c[1], c[2]
	if o == Passed {
		text["Sim"] = "98.00"
		answer["BestFrame"] = map[string]any{"BestFrame": base64.StdEncoding.EncodeToString([]byte("a picture"))}
	}
	return answer
}
