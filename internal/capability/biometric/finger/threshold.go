package finger

// Threshold is the score from which two prints count as the same finger, named by the false match rate it is
// meant to keep.
type Threshold struct {
	Name  string  // "1/100", as people say it
	FMR   float64 // the rate aimed at
	Score Score
}

// Thresholds lists the built-in thresholds, the least strict first. docs/biometrics-finger.md says on what
// they rest and how to calibrate your own. They hold for templates of Model; the minutiae of other makers
// (Interoperable) need their own.
func Thresholds() []Threshold {
	return []Threshold{
		{Name: "1/100", FMR: 1e-2, Score: 25},
		{Name: "1/1000", FMR: 1e-3, Score: 45},
		{Name: "1/10000", FMR: 1e-4, Score: 65},
	}
}
