package httpapi_test

import (
	"slices"
	"testing"
)

// Every action of every procedure is described, also where two procedures call theirs alike: then the body of each.
// Proves PLT-19.
func TestEveryActionIsDescribed_PLT19(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	paths := b.app.API().OpenAPI().Paths
	shared := 0
	for _, d := range b.app.Engine.Definitions() {
		for _, a := range d.Actions {
			item := paths["/api/v1/cases/{id}/actions/"+a.Name]
			if item == nil || !slices.Contains(item.Post.Tags, d.ID) {
				t.Errorf("%s of %s is not described", a.Name, d.ID)
				continue
			}
			body := item.Post.RequestBody.Content["application/json"].Schema
			if len(item.Post.Tags) == 1 {
				continue
			}
			shared++
			if len(body.AnyOf) != len(item.Post.Tags) || body.AnyOf[slices.Index(item.Post.Tags, d.ID)].Title != d.ID {
				t.Errorf("%s: the body of %s is not described", a.Name, d.ID)
			}
		}
	}
	if shared < 4 {
		t.Errorf("%d actions share a path, want at least two of two procedures", shared)
	}
}
