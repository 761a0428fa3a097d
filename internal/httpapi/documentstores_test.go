package httpapi_test

import (
	"net"
	"strings"
	"testing"
)

// The password of an FTP account is shown when it is made and never again; the account stands for one
// department.
func TestAdministratorLooksAfterFTPAccounts(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	admin := b.as("operator-admin")
	department := admin.do("POST", "/departments", object{"name": "采购部"}).want(t, 201)["id"]
	made := admin.do("POST", "/ftp-accounts", object{"name": "works", "department": department}).want(t, 201)
	first, _ := made["password"].(string)
	if len(first) < 20 || made["department"] != department {
		t.Fatalf("%v", made)
	}
	admin.do("POST", "/ftp-accounts", object{"name": "works", "department": department}).refused(t, 409, "account-exists")
	admin.do("POST", "/ftp-accounts", object{"name": "other", "department": "dept_none"}).refused(t, 422, "invalid-input")
	admin.do("DELETE", "/ftp-accounts/works", nil).want(t, 204)
	list := admin.do("GET", "/ftp-accounts", nil)
	items, _ := list.want(t, 200)["items"].([]any)
	if len(items) != 1 || items[0].(object)["disabled"] != true || strings.Contains(string(list.body), first) {
		t.Fatalf("%s", list.body)
	}
	if next := admin.do("POST", "/ftp-accounts/works/password", nil).want(t, 200); next["password"] == first {
		t.Error("the password did not change")
	}
	admin.do("DELETE", "/ftp-accounts/none", nil).refused(t, 404, "no-such-account")
}

func TestAdministratorLooksAfterDocumentStores(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	admin := b.as("operator-admin")
	archive := object{"name": "archive", "kind": "ftp", "address": "127.0.0.1:1", "user": "cinnabar", "password": "verysecret"}
	admin.do("POST", "/document-stores", archive).want(t, 201)
	admin.do("POST", "/document-stores", archive).refused(t, 409, "store-exists")
	admin.do("POST", "/document-stores", object{"name": "here", "kind": "folder", "folder": "/etc", "address": "", "user": ""}).want(t, 422)
	list := admin.do("GET", "/document-stores", nil)
	items, _ := list.want(t, 200)["items"].([]any)
	if len(items) != 2 || items[0].(object)["reachable"] != true || items[1].(object)["problem"] != "store-unreachable" || strings.Contains(string(list.body), "verysecret") {
		t.Fatalf("%s", list.body)
	}
	delete(archive, "name")
	delete(archive, "password")
	admin.do("PUT", "/document-stores/archive", archive).want(t, 200)
	admin.do("POST", "/document-stores/archive/test", nil).refused(t, 503, "store-unreachable")
	admin.do("POST", "/document-stores/built-in/test", nil).want(t, 204)
	admin.do("POST", "/document-stores/host-key", object{"address": "127.0.0.1:1"}).refused(t, 503, "store-unreachable")
	if schema := b.as("").do("GET", "/schemas/edoc-manifest", nil).want(t, 200); schema["title"] == nil {
		t.Errorf("%v", schema)
	}
}

// Whoever administers file servers does not get their passwords sent to a server of their own.
// Proves DOC-4, PLT-11.
func TestPasswordOfAStoreGoesNowhereElse_DOC4_PLT11(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	thief, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer thief.Close()
	admin := b.as("operator-admin")
	store := object{"name": "archive", "kind": "ftp", "address": "127.0.0.1:1", "user": "cinnabar", "password": "verysecret"}
	admin.do("POST", "/document-stores", store).want(t, 201)
	delete(store, "name")
	delete(store, "password")
	for field, value := range map[string]string{"address": thief.Addr().String(), "user": "thief", "kind": "ftps"} {
		was := store[field]
		store[field] = value
		for _, a := range []answer{admin.do("POST", "/document-stores/archive/test", store), admin.do("PUT", "/document-stores/archive", store)} {
			if !strings.Contains(string(a.body), "/password") || a.status != 422 {
				t.Errorf("another %s with the password as before: %d %s", field, a.status, a.body)
			}
		}
		store[field] = was
	}
	store["folder"] = "archive"
	admin.do("PUT", "/document-stores/archive", store).want(t, 200) // control: the same server
}
