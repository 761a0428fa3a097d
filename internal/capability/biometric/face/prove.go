package face

import (
	"context"
	"fmt"
	"math"
)

// goldenSlack allows for another order of additions on another processor.
const goldenSlack = 1e-3

// proof runs all networks on a made picture. Under the known models the result must be the known one; under
// others it must be a vector.
func (e *Engine) proof() error {
	r := newRaster(64, 64)
	for i := range r.pix {
		r.pix[i] = uint8(i * 37)
	}
	if _, err := e.sight(context.Background(), r); err != nil {
		return err
	}
	if _, err := e.refine(r, box{centre: Point{32, 32}, side: 40}); err != nil {
		return err
	}
	f := square(Point{32, 32}, 40, 0, embedSize)
	vector, err := e.embed(r, f, r.sample(f, embedSize, embedTone, black))
	if err != nil {
		return err
	}
	known, ok := knownModel(e.digest)
	if !ok {
		return nil
	}
	for i, want := range known.golden {
		if got := float64(vector[i]); math.Abs(got-want) > goldenSlack {
			return fmt.Errorf("%w: value %d of the golden vector is %.5f, not %.5f", errWrongModel, i, got, want)
		}
	}
	return nil
}
