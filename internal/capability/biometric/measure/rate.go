package measure

import (
	"fmt"
	"math"
)

// Rate is a share of errors with its counts and 95 % confidence bounds (Clopper and Pearson 1934,
// exact). With no error the lower bound is zero and the upper one is one-sided: about 3/Trials, the
// "rule of three" of ISO/IEC 19795-1.
type Rate struct {
	Errors, Trials   int
	Value, Low, High float64
}

// NewRate makes the rate of errors in trials. Without trials the value is zero and the bounds say
// that nothing is known.
func NewRate(errors, trials int) Rate {
	if trials <= 0 {
		return Rate{High: 1}
	}
	r := Rate{Errors: errors, Trials: trials, Value: float64(errors) / float64(trials)}
	switch errors {
	case 0:
		r.High = 1 - math.Pow(0.05, 1/float64(trials))
	case trials:
		r.Low, r.High = math.Pow(0.05, 1/float64(trials)), 1
	default:
		k, n := float64(errors), float64(trials)
		r.Low, r.High = betaQuantile(0.025, k, n-k+1), betaQuantile(0.975, k+1, n-k)
	}
	return r
}

// String shows the rate in per cent with its counts and bounds, e.g. "1.25 % (1/80; 0.03-6.77)".
func (r Rate) String() string {
	if r.Trials == 0 {
		return "none tried"
	}
	return fmt.Sprintf("%.3g %% (%d/%d; %.2g-%.3g)", 100*r.Value, r.Errors, r.Trials, 100*r.Low, 100*r.High)
}

// betaQuantile inverts the regularised incomplete beta function by bisection; it rises with x.
func betaQuantile(p, a, b float64) float64 {
	lo, hi := 0.0, 1.0
	for range 60 {
		mid := (lo + hi) / 2
		if betaCDF(mid, a, b) < p {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}

// betaCDF is the regularised incomplete beta function by its continued fraction (Abramowitz and
// Stegun 26.5.8), evaluated by Lentz's method; for x past the mean the mirrored form converges faster.
func betaCDF(x, a, b float64) float64 {
	if x <= 0 {
		return 0
	}
	if x >= 1 {
		return 1
	}
	if x > (a+1)/(a+b+2) {
		return 1 - betaCDF(1-x, b, a)
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(lab-la-lb+a*math.Log(x)+b*math.Log1p(-x)) / a
	return front / betaFraction(x, a, b)
}

func betaFraction(x, a, b float64) float64 {
	const tiny = 1e-300
	f, c, d := 1.0, 1.0, 0.0
	for i := 1; i < 10000; i++ {
		m := float64(i / 2)
		num := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		if i%2 == 0 {
			num = m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		}
		d = 1 / nonZero(1+num*d, tiny)
		c = nonZero(1+num/c, tiny)
		f *= c * d
		if math.Abs(c*d-1) < 1e-14 {
			break
		}
	}
	return f
}

func nonZero(v, tiny float64) float64 {
	if math.Abs(v) < tiny {
		return tiny
	}
	return v
}
