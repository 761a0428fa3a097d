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
