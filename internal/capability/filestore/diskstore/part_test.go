package diskstore

import (
	"io"
	"strings"
	"testing"

	"cinnabar/internal/platform/clock"
)

// Whichever call to the disk fails while a piece comes in: what AppendPart says is safe can be read, and the
// upload goes on from there.
func TestPieceSurvivesAnyFailingCall(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		s := newStore(t)
		whole, left := s.disk, n
		s.disk = faulty{whole, &left}
		safe, failed := s.AppendPart(t.Context(), "file_x", 0, strings.NewReader("first "))
		s.disk = whole
		if (failed == nil) != (safe == 6) {
			t.Fatalf("fault %d: %d bytes safe, %v", n, safe, failed)
		}
		if _, err := s.AppendPart(t.Context(), "file_x", safe, strings.NewReader("second")); err != nil {
			t.Fatalf("after fault %d: %v", n, err)
		}
		r, err := s.OpenPart(t.Context(), "file_x")
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || string(got) != "first "[:safe]+"second" {
			t.Fatalf("after fault %d: %q, %v", n, got, err)
		}
		_ = r.Close()
		if left > 0 {
			if n < 5 {
				t.Fatalf("only %d calls", n)
			}
			return
		}
	}
}

func BenchmarkPut(b *testing.B) {
	s, err := New(b.TempDir(), make([]byte, 32), clock.System{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	content := []byte(strings.Repeat("0123456789abcdef", 10<<16)) // 10 MiB
	b.SetBytes(int64(len(content)))
	for i := range b.N {
		content[0], content[1], content[2] = byte(i), byte(i>>8), byte(i>>16) // another content each time
		if _, err := s.Put(b.Context(), strings.NewReader(string(content))); err != nil {
			b.Fatal(err)
		}
	}
}
