package cli

import (
	"os"

	"cinnabar/internal/app"
)

// openAPICmd prints the description of the API, made from the code.
type openAPICmd struct{}

func (openAPICmd) Run(e *env) error {
	dir, err := os.MkdirTemp("", "cinnabar-openapi-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	a, err := app.New(e, app.Config{Data: dir, PublicURL: "http://localhost", Log: e.log})
	if err != nil {
		return err
	}
	defer a.Close()
	text, err := a.API().OpenAPI().YAML()
	if err != nil {
		return err
	}
	_, err = e.out.Write(text)
	return err
}
