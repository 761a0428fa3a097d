package measure

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"
)

// Curve is one line of a DET plot.
type Curve struct {
	Name   string
	Points []Point
}

// The plot spans 0.01 % to 50 % on both axes, in normal deviates (Martin et al. 1997), where scores
// of two normal distributions give a straight line.
const (
	plotSide   = 480.0
	plotMargin = 60.0
	plotLow    = 0.0001
	plotHigh   = 0.5
)

var (
	plotTicks  = []float64{.0001, .001, .01, .02, .05, .1, .2, .4}
	plotColour = []string{"#b3261e", "#1f5fa8", "#2e7d32", "#7b4b94"}
)

// DrawDET writes the curves as one SVG picture: false match rate to the right, false non-match rate
// upwards. Rates below 0.01 % (also zero) are drawn on the edge.
func DrawDET(w io.Writer, curves ...Curve) error {
	b := bufio.NewWriter(w)
	full := plotSide + 2*plotMargin
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]g %[1]g" font-family="sans-serif" font-size="11">`+"\n", full)
	fmt.Fprintf(b, `<rect width="%[1]g" height="%[1]g" fill="white"/>`+"\n", full)
	drawGrid(b)
	for i, c := range curves {
		colour := plotColour[i%len(plotColour)]
		fmt.Fprintf(b, `<polyline fill="none" stroke="%s" stroke-width="1.8" points="%s"/>`+"\n", colour, steps(c.Points))
		fmt.Fprintf(b, `<text x="%g" y="%g" fill="%s" text-anchor="end">%s</text>`+"\n",
			plotMargin+plotSide-8, plotMargin+18+16*float64(i), colour, escape(c.Name))
	}
	fmt.Fprint(b, "</svg>\n")
	return b.Flush()
}

func drawGrid(b *bufio.Writer) {
	for _, t := range plotTicks {
		p := place(t)
		x, y := plotMargin+p, plotMargin+plotSide-p
		label := fmt.Sprintf("%g %%", 100*t)
		fmt.Fprintf(b, `<path d="M%g %gv%g M%g %gh%g" stroke="#ccc" fill="none"/>`, x, plotMargin, plotSide, plotMargin, y, plotSide)
		fmt.Fprintf(b, `<text x="%g" y="%g" text-anchor="middle">%s</text>`, x, plotMargin+plotSide+16, label)
		fmt.Fprintf(b, `<text x="%g" y="%g" text-anchor="end">%s</text>`+"\n", plotMargin-6, y+4, label)
	}
	fmt.Fprintf(b, `<path d="M%g %gl%g %g" stroke="#aaa" stroke-dasharray="4 4"/>`, plotMargin, plotMargin+plotSide, plotSide, -plotSide)
	fmt.Fprintf(b, `<rect x="%[1]g" y="%[1]g" width="%[2]g" height="%[2]g" fill="none" stroke="#444"/>`, plotMargin, plotSide)
	fmt.Fprintf(b, `<text x="%g" y="%g" text-anchor="middle">false match rate</text>`, plotMargin+plotSide/2, plotMargin+plotSide+40)
	fmt.Fprintf(b, `<text transform="translate(14 %g) rotate(-90)" text-anchor="middle">false non-match rate</text>`+"\n", plotMargin+plotSide/2)
}

// steps draws the curve as the staircase it is: between two thresholds nothing is known.
func steps(points []Point) string {
	var b strings.Builder
	lastX, lastY := -1.0, -1.0
	for _, p := range points {
		x, y := tenth(plotMargin+place(p.FMR)), tenth(plotMargin+plotSide-place(p.FNMR))
		if x == lastX && y == lastY {
			continue
		}
		if lastX >= 0 && x != lastX && y != lastY {
			fmt.Fprintf(&b, "%.1f,%.1f ", x, lastY)
		}
		fmt.Fprintf(&b, "%.1f,%.1f ", x, y)
		lastX, lastY = x, y
	}
	return strings.TrimSpace(b.String())
}

// tenth is how finely the curve is drawn, which keeps the picture of a million pairs small.
func tenth(v float64) float64 { return math.Round(10*v) / 10 }

// place maps a rate to a distance from the origin of its axis.
func place(rate float64) float64 {
	rate = min(max(rate, plotLow), plotHigh)
	low, high := deviate(plotLow), deviate(plotHigh)
	return plotSide * (deviate(rate) - low) / (high - low)
}

// deviate is the inverse of the normal distribution function.
func deviate(p float64) float64 { return -math.Sqrt2 * math.Erfcinv(2*p) }

func escape(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return ""
	}
	return b.String()
}
