package face

import (
	"context"
	"fmt"
	"math"
)

// knownModel is the digest of the models that a build embeds.
const knownModel = "b679561ce45d1e2c0b5fba9757f3faaff6cce9e264ec6883b7cac87b28174950"

// golden is the beginning of the vector that they make of the picture of proof.
func golden() [6]float64 {
	return [6]float64{-0.101208, -0.004752, -0.000042, -0.003073, -0.011286, 0.027608}
}

// goldenSlack allows for another order of additions on another processor.
const goldenSlack = 1e-3

// proof runs all networks on a made picture. Under the known models the result must be the known one; under
// others it must be a vector.
func (e *Engine) proof() error {
	r := proofPicture()
	if _, err := e.sight(context.Background(), r); err != nil {
		return err
	}
	if _, err := e.refine(r, box{centre: Point{32, 32}, side: 40}); err != nil {
		return err
	}
	nets, err := e.networks.take()
	if err != nil {
		return err
	}
	known := e.digest.String() == knownModel
	if err := proveMesh(nets.mesh, r, known); err != nil {
		return err
	}
	f := square(Point{32, 32}, 40, 0, embedSize)
	vector, err := e.embed(r, f, r.sample(f, embedSize, embedTone, black))
	if err != nil {
		return err
	}
	if !known {
		return nil
	}
	for i, want := range golden() {
		if got := float64(vector[i]); math.Abs(got-want) > goldenSlack {
			return fmt.Errorf("%w: value %d of the golden vector is %.5f, not %.5f", errWrongModel, i, got, want)
		}
	}
	return nil
}

// proofPicture is of nothing, and always the same.
func proofPicture() *raster {
	r := newRaster(64, 64)
	for i := range r.pix {
		r.pix[i] = uint8(i * 37)
	}
	return r
}
