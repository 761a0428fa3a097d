package cli

import (
	"fmt"
	"os"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/biometric/alipay"
	"cinnabar/internal/capability/biometric/tencentid"
	"cinnabar/internal/platform/clock"
)

// faceProvider is the outside provider of face verification; nil for the built-in one.
func (c *serveCmd) faceProvider() (biometric.Provider, error) {
	switch {
	case c.AlipayApp != "":
		return c.alipay()
	case c.TencentID != "":
		key, err := readSecret(c.TencentKeyFile)
		if err != nil {
			return nil, err
		}
		return tencentid.New(tencentid.Config{Endpoint: c.TencentEndpoint, ID: c.TencentID, Key: key, Rule: c.TencentRule, Clock: clock.System{}})
	}
	return nil, nil
}

func (c *serveCmd) alipay() (biometric.Provider, error) {
	text, err := readSecret(c.AlipayKeyFile)
	if err != nil {
		return nil, err
	}
	key, err := alipay.ParseKey(text.Reveal())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.AlipayKeyFile, err)
	}
	public, err := os.ReadFile(c.AlipayPublicKeyFile)
	if err != nil {
		return nil, err
	}
	theirs, err := alipay.ParsePublicKey(string(public))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.AlipayPublicKeyFile, err)
	}
	return alipay.New(alipay.Config{Gateway: c.AlipayGateway, App: c.AlipayApp, Key: key, Alipay: theirs, Clock: clock.System{}})
}
