package tencentid

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/platform/secret"
)

// ContentType is what requests are sent and signed as.
const ContentType = "application/json; charset=utf-8"

// Authorization signs a request by TC3-HMAC-SHA256: the body and the headers content-type and host.
func Authorization(id string, key secret.Secret, host string, body []byte, at time.Time) string {
	return authorization("faceid", id, key, host, body, at)
}

func authorization(service, id string, key secret.Secret, host string, body []byte, at time.Time) string {
	const signed = "content-type;host"
	day := at.UTC().Format(time.DateOnly)
	scope := day + "/" + service + "/tc3_request"
	request := "POST\n/\n\ncontent-type:" + ContentType + "\nhost:" + host + "\n\n" + signed + "\n" + digest(body)
	text := "TC3-HMAC-SHA256\n" + strconv.FormatInt(at.Unix(), 10) + "\n" + scope + "\n" + digest([]byte(request))
	k := []byte("TC3" + key.Reveal())
	for _, part := range []string{day, service, "tc3_request", text} {
		k = mac(k, part)
	}
	return fmt.Sprintf("TC3-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%x", id, scope, signed, k)
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// maxAnswer leaves room for a picture.
const maxAnswer = 8 << 20

// call asks for an action. What Tencent refuses comes back as its code, too.
func (p *Provider) call(ctx context.Context, action string, in, into any) (code string, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Endpoint, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	now := p.Clock.Now()
	for name, value := range map[string]string{
		"Content-Type": ContentType, "X-TC-Action": action, "X-TC-Version": "2018-03-01",
		"X-TC-Timestamp": strconv.FormatInt(now.Unix(), 10), "Authorization": Authorization(p.ID, p.Key, p.host, body, now),
	} {
		req.Header.Set(name, value)
	}
	res, err := p.Client.Do(req)
	if err != nil {
		return "", biometric.ProviderDown(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil || res.StatusCode != http.StatusOK {
		return "", biometric.ProviderDown(errors.Join(err, errors.New(res.Status)))
	}
	return understand(answer, into)
}

func understand(answer []byte, into any) (code string, err error) {
	var outer struct{ Response json.RawMessage }
	var refused struct{ Error struct{ Code string } }
	if err := json.Unmarshal(answer, &outer); err != nil {
		return "", biometric.ProviderDown(err)
	}
	if err := json.Unmarshal(outer.Response, &refused); err != nil {
		return "", biometric.ProviderDown(err)
	}
	if refused.Error.Code != "" {
		return refused.Error.Code, biometric.ProviderDown(errors.New("answer " + strconv.Quote(refused.Error.Code)))
	}
	if err := json.Unmarshal(outer.Response, into); err != nil {
		return "", biometric.ProviderDown(err)
	}
	return "", nil
}
