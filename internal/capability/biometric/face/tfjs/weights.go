package tfjs

import (
	"encoding/binary"
	"fmt"
	"math"

	"cinnabar/internal/capability/biometric/face/nn"
)

// weights reads the constants, which lie one after the other in the weight file.
func (r *reader) weights(m modelFile, raw []byte) error {
	for _, group := range m.Weights {
		for _, w := range group.Weights {
			size, value := w.format()
			if value == nil {
				return fmt.Errorf("tfjs: weights %s of type %s %s are not supported", w.Name, w.Type, w.Quantization.Type)
			}
			t, err := nn.NewTensor(w.Shape...)
			if err != nil || len(raw) < size*len(t.Data) {
				return errDamaged
			}
			for i := range t.Data {
				t.Data[i] = value(raw[size*i:])
			}
			raw = raw[size*len(t.Data):]
			r.graph.Consts[r.id(w.Name)] = t
		}
	}
	if len(raw) != 0 {
		return fmt.Errorf("tfjs: %d bytes of weights are left over", len(raw))
	}
	return nil
}

// format is how a weight is stored: its bytes, and what they mean.
func (w weightFile) format() (size int, value func([]byte) float32) {
	switch [2]string{w.Type, w.Quantization.Type} {
	case [2]string{"float32", ""}:
		return 4, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }
	case [2]string{"int32", ""}:
		return 4, func(b []byte) float32 { return float32(int32(binary.LittleEndian.Uint32(b))) }
	case [2]string{"float32", "float16"}:
		return 2, func(b []byte) float32 { return half(binary.LittleEndian.Uint16(b)) }
	}
	return 0, nil
}

// half is a number of sixteen bits (IEEE 754 binary16): sign, five bits of exponent, ten of fraction.
func half(bits uint16) float32 {
	exponent, fraction := int(bits>>10&31), float64(bits&1023)/1024
	v := math.Ldexp(1+fraction, exponent-15)
	switch {
	case exponent == 0:
		v = math.Ldexp(fraction, -14)
	case exponent == 31 && fraction == 0:
		v = math.Inf(1)
	case exponent == 31:
		v = math.NaN()
	}
	return float32(math.Copysign(v, 1-2*float64(bits>>15)))
}
