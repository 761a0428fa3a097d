package app

import (
	"fmt"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
	"cinnabar/web"
)

// words tell failures in both languages by the screen's own texts, where no screen translates them.
type words struct{ zh, en map[string]string }

func openWords() (w words, err error) {
	if w.zh, err = web.Problems("zh"); err != nil {
		return w, err
	}
	w.en, err = web.Problems("en")
	return w, err
}

// tell says what failed and what to do; what has no text of its own is told as an internal fault.
func (w words) tell(e *errs.Error) cinnabar.Text {
	code := e.Code
	if w.zh[code] == "" {
		code = "internal" // as errs.As has it
	}
	filled := filler(e.Params)
	return cinnabar.Text{
		Zh: filled.Replace(sentences("。", w.zh[code], w.zh[code+"-help"])),
		En: filled.Replace(sentences(". ", w.en[code], w.en[code+"-help"])),
	}
}

func sentences(between, title, help string) string {
	if help == "" {
		return title
	}
	return title + between + help
}

// filler puts parameters into a text's {{slots}}; times are told in China's.
func filler(params map[string]any) *strings.Replacer {
	var pairs []string
	for name, value := range params {
		said := fmt.Sprint(value)
		if at, err := time.Parse(time.RFC3339, said); err == nil {
			said = at.In(cinnabar.China).Format("2006-01-02 15:04")
		}
		pairs = append(pairs, "{{"+name+"}}", said)
	}
	return strings.NewReplacer(pairs...)
}
