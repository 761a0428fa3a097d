package httpapi_test

import (
	"strings"
	"testing"
)

// An administrator sets a webhook up, tests it, changes its secret and switches it off; the secret is shown
// when it is made and never again.
func TestAdministratorLooksAfterWebhooks(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	admin := b.as("customer-admin")
	path := "/organisations/" + string(b.customer) + "/webhooks"
	hook := admin.do("POST", path, object{"url": "https://hooks.sample.invalid/in", "types": []string{"document.*"}}).want(t, 201)
	first, _ := hook["secret"].(string)
	if !strings.HasPrefix(first, "whsec_") || hook["enabled"] != true {
		t.Fatalf("%v", hook)
	}
	one := path + "/" + hook["id"].(string)
	if shown := admin.do("GET", one, nil).want(t, 200); shown["secret"] != nil {
		t.Error("the secret is shown again")
	}
	if ping := admin.do("POST", one+"/ping", nil).want(t, 200); ping["problem"] != "unreachable" {
		t.Errorf("%v", ping)
	}
	if next := admin.do("POST", one+"/rotate", nil).want(t, 200); next["secret"] == first || next["oldSecretUntil"] == nil {
		t.Errorf("%v", next)
	}
	if off := admin.do("PATCH", one, object{"enabled": false}).want(t, 200); off["enabled"] != false || off["disabledWhy"] != "by-admin" {
		t.Errorf("%v", off)
	}
	for _, address := range []string{"http://hooks.sample.invalid/", "https://127.0.0.1/", "https://169.254.169.254/latest/meta-data"} {
		admin.do("POST", path, object{"url": address}).refused(t, 422, "invalid-input")
	}
	admin.do("POST", path, object{"url": "https://hooks.sample.invalid/in"}).refused(t, 409, "webhook-exists")
	admin.do("DELETE", one, nil).want(t, 204)
}

func TestAdministratorLooksAfterIndexDatabases(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	admin := b.as("operator-admin")
	if d := admin.do("PUT", "/index-databases/finance", object{"kind": "sqlite", "dsn": "finance.db"}).want(t, 200); d["table"] != "cinnabar_document" {
		t.Errorf("%v", d)
	}
	if test := admin.do("POST", "/index-databases/finance/test", nil).want(t, 200); !strings.HasPrefix(test["version"].(string), "SQLite") {
		t.Errorf("%v", test)
	}
	old := admin.do("PUT", "/index-databases/old", object{"kind": "oracle", "dsn": "oracle://u:verysecret@127.0.0.1:1/x"}).want(t, 200)
	if old["experimental"] != true {
		t.Error("Oracle does not show as experimental")
	}
	admin.do("POST", "/index-databases/old/test", nil).refused(t, 503, "index-database-unreachable")
	list := admin.do("GET", "/index-databases", nil)
	if items, _ := list.want(t, 200)["items"].([]any); len(items) != 2 || strings.Contains(string(list.body), "verysecret") {
		t.Errorf("%s", list.body)
	}
	admin.do("DELETE", "/index-databases/old", nil).want(t, 204)
}
