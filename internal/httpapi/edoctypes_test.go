package httpapi_test

import (
	"bytes"
	"testing"
)

const smallTemplate = `---
id: note
version: 1
language: zh-CN
title: 便条
title-en: Note

| field | type | required | printed | 中文 | English | example |
|-------|------|----------|---------|------|---------|---------|
| words | text | yes      | yes     | 内容 | Words   | 你好    |
---

# 便条

{{.words}}
`

// Who edits document types sees what a template makes, in organisations of any kind.
func TestPreviewOfADocumentType(t *testing.T) {
	t.Parallel()
	admin := newBench(t).as("customer-admin")
	pdf := admin.do("POST", "/document-types/preview", object{"template": smallTemplate})
	if pdf.want(t, 200); pdf.header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(pdf.body, []byte("%PDF-")) {
		t.Fatalf("the preview is %s", pdf.header.Get("Content-Type"))
	}
	wrong := admin.do("POST", "/document-types/preview", object{"template": "{{"}).want(t, 422)
	if f := wrong["errors"].([]any)[0].(map[string]any); f["pointer"] != "/template" || f["code"] != "malformed" {
		t.Fatalf("got %v", f)
	}
}

// Times and bounds that lead nowhere are refused at their entry: a stage that is overdue before it begins, a way that
// no amount takes.
func TestDocumentTypesThatLeadNowhere_DOC10(t *testing.T) {
	t.Parallel()
	admin := newBench(t).as("customer-admin")
	put := func(change object) answer {
		one := object{
			"id": "NOTE", "title": object{"zh": "便条", "en": "Note"}, "prefix": "BT", "date": "", "digits": 5, "template": smallTemplate,
			"store": "built-in", "database": "main", "routes": []any{},
		}
		for k, v := range change {
			one[k] = v
		}
		return admin.do("PUT", "/document-types", object{"items": []any{one}}, "If-Match", `"0"`)
	}
	for pointer, change := range map[string]object{
		"/0/dueHours":       {"dueHours": 3_000_000_000_000},
		"/0/routes/0/below": {"routes": []any{object{"from": 500, "below": 500, "stages": []any{}}}},
	} {
		wrong := put(change).want(t, 422)["errors"].([]any)
		if f := wrong[0].(map[string]any); len(wrong) != 1 || f["pointer"] != pointer || f["code"] != "out-of-range" {
			t.Errorf("%s: %v", pointer, wrong)
		}
	}
	put(object{"dueHours": -1}).want(t, 422)
	put(object{"dueHours": 8784}).want(t, 200) // control
}

// Types are changed only by who says which version was seen, like everything else that is set.
func TestDocumentTypesWantTheVersionSeen(t *testing.T) {
	t.Parallel()
	admin := newBench(t).as("customer-admin")
	admin.do("PUT", "/document-types", object{"items": []any{}}).refused(t, 400, "version-missing")
	admin.do("PUT", "/document-types", object{"items": []any{}}, "If-Match", `"7"`).refused(t, 412, "stale")
}
