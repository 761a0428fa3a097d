//go:build !amd64

package nn

// newWide has no wide kernel for this processor.
func newWide(*Conv, []float32) kernel { return nil }
