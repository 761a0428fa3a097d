package app

import (
	"testing"
	"time"

	"cinnabar/internal/platform/errs"
)

// Failures of runs are told in both languages, by the screen's own texts.
// Proves PLT-20.
func TestAFailureIsToldInBothLanguages_PLT20(t *testing.T) {
	t.Parallel()
	w, err := openWords()
	if err != nil {
		t.Fatal(err)
	}
	locked := errs.New(errs.Locked, "seal-locked", "locked").With("until", time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC).Format(time.RFC3339))
	if got := w.tell(locked); got.Zh != "印章已锁定。密码连续输错，锁定至 2026-11-22 18:00，持有人已收到通知。" || got.En != "The seal is locked. Its password was wrong too often. It is locked until 2026-11-22 18:00; the holder has been told." {
		t.Errorf("%+v", got)
	}
	if got := w.tell(errs.New(errs.Internal, "of-no-text", "seen by nobody")); got.Zh != "服务器暂时没能完成。您填写的内容没有丢失。请过一会儿再试。" {
		t.Errorf("%+v", got)
	}
}
