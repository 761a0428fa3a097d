package registryhttp_test

import (
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"cinnabar/internal/capability/registry"
	"cinnabar/internal/capability/registry/registrydesk"
	"cinnabar/internal/capability/registry/registryhttp"
	"cinnabar/internal/platform/errs"
)

var shop = registry.Company{USCC: "91350100M000100Y43", Name: "示例市好味餐饮（连锁）管理有限公司", LegalRep: "张示例", Status: "active"}

func TestTheRegisterIsAskedAndItsMoodsAreBorne_GAS2(t *testing.T) {
	t.Parallel()
	desk := registrydesk.New("token")
	desk.Enter(shop)
	server := httptest.NewServer(desk)
	defer server.Close()
	c, err := registryhttp.New(registryhttp.Config{URL: server.URL, Token: "token"})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Find(t.Context(), shop.USCC); err != nil || got != shop {
		t.Errorf("found %+v: %v", got, err)
	}
	if _, err := c.Find(t.Context(), "91350100M000100Y99"); !errors.Is(err, errs.NotFound) {
		t.Errorf("an unknown code: %v", err)
	}
	for _, mood := range []registrydesk.Mood{registrydesk.Closed, registrydesk.Garbled, registrydesk.Other} {
		desk.Feel(mood)
		if _, err := c.Find(t.Context(), shop.USCC); !errors.Is(err, errs.Unavailable) {
			t.Errorf("a register that is %s: %v", mood, err)
		}
	}
	desk.Feel(registrydesk.Well)
	stranger, err := registryhttp.New(registryhttp.Config{URL: server.URL, Token: "wrong"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.Find(t.Context(), shop.USCC); !errors.Is(err, errs.Unavailable) {
		t.Errorf("a wrong token: %v", err)
	}
}

func TestComparing_GAS2(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		said   registry.Company
		result registry.Result
		fields int
	}{
		"the same in other brackets": {registry.Company{Name: "示例市好味餐饮(连锁) 管理有限公司", LegalRep: "张示例"}, registry.Match, 0},
		"another name":               {registry.Company{Name: "示例市好味餐饮有限公司", LegalRep: "张示例"}, registry.Differs, 1},
		"everything else":            {registry.Company{Name: "甲", LegalRep: "乙"}, registry.Differs, 2},
	} {
		if got := registry.Compare(c.said, shop, time.Unix(0, 0)); got.Result != c.result || len(got.Fields) != c.fields {
			t.Errorf("%s: %+v", name, got)
		}
	}
	ended := shop
	ended.Status = "revoked"
	if got := registry.Compare(shop, ended, time.Unix(0, 0)); got.Result != registry.Differs {
		t.Errorf("a company that ended: %+v", got)
	}
}
