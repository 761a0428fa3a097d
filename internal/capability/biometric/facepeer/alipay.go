package facepeer

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"cinnabar/internal/capability/biometric/alipay"
)

// alipay answers the gateway's calls.
func (p *Peer) alipay(w http.ResponseWriter, r *http.Request, mood Mood) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "malformed", http.StatusBadRequest)
		return
	}
	method := r.PostForm.Get("method")
	answer := map[string]string{"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-signature"}
	if p.isSigned(r.PostForm) {
		answer = p.certified(method, r.PostForm.Get("biz_content"))
	}
	raw, err := json.Marshal(answer)
	key := p.Own
	if mood.Forged {
		key = p.Forger
	}
	signature, failed := alipay.Sign(key, raw)
	if err != nil || failed != nil {
		http.Error(w, "broken", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{strings.ReplaceAll(method, ".", "_") + "_response": json.RawMessage(raw), "sign": signature})
}

func (p *Peer) isSigned(params url.Values) bool {
	return params.Get("app_id") == p.App && params.Get("sign_type") == "RSA2" &&
		alipay.Verify(p.Merchant, []byte(alipay.ToSign(params)), params.Get("sign")) == nil
}

// certified does what a method asks.
func (p *Peer) certified(method, content string) map[string]string {
	var in struct {
		Order    string `json:"outer_order_no"`
		Code     string `json:"biz_code"`
		ID       string `json:"certify_id"`
		Identity struct {
			Type   string `json:"identity_type"`
			Cert   string `json:"cert_type"`
			Name   string `json:"cert_name"`
			Number string `json:"cert_no"`
		} `json:"identity_param"`
		Merchant struct {
			Back string `json:"return_url"`
		} `json:"merchant_config"`
	}
	wrong := map[string]string{"code": "40004", "msg": "Business Failed", "sub_code": "INVALID_PARAMETER"}
	if json.Unmarshal([]byte(content), &in) != nil {
		return wrong
	}
	switch method {
	case "alipay.user.certify.open.initialize":
		if in.Order == "" || len(in.Order) > 32 || in.Code != "FACE" || in.Identity.Type != "CERT_INFO" || in.Identity.Cert == "" || in.Identity.Number == "" || in.Merchant.Back == "" {
			return wrong
		}
		return map[string]string{"code": "10000", "msg": "Success", "certify_id": p.keep(Check{Name: in.Identity.Name, Number: in.Identity.Number, Back: in.Merchant.Back, Order: in.Order})}
	case "alipay.user.certify.open.query":
		if c, ok := p.Check(in.ID); ok {
			return queried(c.Outcome)
		}
	}
	return wrong
}

func queried(o Outcome) map[string]string {
	answer := map[string]string{"code": "10000", "msg": "Success", "passed": "F"}
	switch o {
	case Passed:
		answer["passed"] = "T"
	case OtherFace, NotAlive:
		answer["fail_reason"] = "Z1147"
	case Fault:
		return map[string]string{"code": "20000", "msg": "Service Currently Unavailable", "sub_code": "aop.unknow-error"}
	case Expired:
		return map[string]string{"code": "40004", "msg": "Business Failed", "sub_code": "CERTIFY_ID_EXPIRED"}
	}
	return answer
}

// alipayPage opens a check's page when its address is signed.
func (p *Peer) alipayPage(w http.ResponseWriter, r *http.Request) {
	var in struct {
		ID string `json:"certify_id"`
	}
	q := r.URL.Query()
	if q.Get("method") != "alipay.user.certify.open.certify" || !p.isSigned(q) || json.Unmarshal([]byte(q.Get("biz_content")), &in) != nil {
		http.Error(w, "signature", http.StatusForbidden)
		return
	}
	p.page(w, r, in.ID)
}
