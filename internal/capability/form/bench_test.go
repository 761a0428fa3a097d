package form_test

import "testing"

func BenchmarkCheck(b *testing.B) {
	s, d := sample(), person()
	for b.Loop() {
		if _, wrong := s.Check(d, now); len(wrong) > 0 {
			b.Fatal(problems(wrong))
		}
	}
}

func BenchmarkJSONSchema(b *testing.B) {
	s := sample()
	for b.Loop() {
		s.JSONSchema()
	}
}
