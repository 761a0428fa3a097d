package alipay

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"cinnabar/internal/capability/biometric"
)

// beijing is the zone of the gateway's times.
var beijing = time.FixedZone("UTC+8", 8*60*60)

// signed are the parameters of a request with their signature.
func (p *Provider) signed(method string, content any) (url.Values, error) {
	body, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	params := url.Values{
		"app_id": {p.App}, "method": {method}, "format": {"JSON"}, "charset": {"utf-8"}, "sign_type": {"RSA2"}, "version": {"1.0"},
		"timestamp": {p.Clock.Now().In(beijing).Format(time.DateTime)}, "biz_content": {string(body)},
	}
	signature, err := Sign(p.Key, []byte(ToSign(params)))
	params.Set("sign", signature)
	return params, err
}

// ToSign is what a request's signature is over: all parameters but the signature that are not empty, in the order of
// their names, as they are before they are encoded.
func ToSign(params url.Values) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if v := params.Get(name); v != "" && name != "sign" {
			parts = append(parts, name+"="+v)
		}
	}
	return strings.Join(parts, "&")
}

// Sign makes a signature in base64.
func Sign(key *rsa.PrivateKey, text []byte) (string, error) {
	sum := sha256.Sum256(text)
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	return base64.StdEncoding.EncodeToString(signature), err
}

// Verify checks a signature in base64.
func Verify(key *rsa.PublicKey, text []byte, signature string) error {
	raw, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], raw)
}

// maxAnswer is more than any answer without pictures.
const maxAnswer = 64 << 10

// call asks the gateway and reads the answer, which is signed over its text as it came.
func (p *Provider) call(ctx context.Context, method string, content, into any) error {
	params, err := p.signed(method, content)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Gateway, strings.NewReader(params.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=utf-8")
	res, err := p.Client.Do(req)
	if err != nil {
		return biometric.ProviderDown(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil || res.StatusCode != http.StatusOK {
		return biometric.ProviderDown(errors.Join(err, errors.New(res.Status)))
	}
	answer := map[string]json.RawMessage{}
	var signature string
	raw := strings.ReplaceAll(method, ".", "_") + "_response"
	if err := errors.Join(json.Unmarshal(body, &answer), json.Unmarshal(answer["sign"], &signature)); err != nil {
		return biometric.ProviderDown(err)
	}
	if err := Verify(p.Alipay, answer[raw], signature); err != nil {
		return biometric.ProviderDown(err)
	}
	return understand(answer[raw], into)
}
