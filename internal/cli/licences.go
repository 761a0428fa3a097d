package cli

import "embed"

// licenceFiles are made by tools/licences.
//
//go:embed licences
var licenceFiles embed.FS

// licencesCmd lists what others have made that is in this program, with doubts about its origin.
type licencesCmd struct {
	Full bool `help:"Print the licences' texts too."`
}

func (c *licencesCmd) Run(e *env) error {
	files := []string{"licences/list.txt"}
	if c.Full {
		files = append(files, "licences/texts.txt")
	}
	for _, name := range files {
		text, err := licenceFiles.ReadFile(name)
		if err != nil {
			return err
		}
		if _, err := e.out.Write(text); err != nil {
			return err
		}
	}
	return nil
}
