package finger

import "cinnabar/internal/capability/biometric/finger/pairing"

// Score says how alike two prints are: 0 for not at all, higher for more. Only thresholds give it a meaning.
type Score float64

// Match compares two prints; the order does not matter. ErrModel and ErrEmpty say when it cannot.
func Match(a, b Template) (Score, error) {
	if a.IsZero() || b.IsZero() {
		return 0, ErrEmpty
	}
	if a.model != b.model {
		return 0, ErrModel
	}
	s, _ := pairing.Compare(a.print, b.print)
	return Score(s), nil
}

// VerifyFingers compares one print with all enrolled ones and returns the best score and whose it is. With
// three fingers enrolled, a false match has three chances: a threshold's false match rate about triples.
func VerifyFingers(probe Template, enrolled []Template) (Score, int, error) {
	if len(enrolled) == 0 {
		return 0, -1, ErrEmpty
	}
	best, which := Score(-1), -1
	for i, t := range enrolled {
		s, err := Match(probe, t)
		if err != nil {
			return 0, -1, err
		}
		if s > best {
			best, which = s, i
		}
	}
	return best, which, nil
}
