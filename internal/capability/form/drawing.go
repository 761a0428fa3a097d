package form

// drawing checks a signature: {strokes:[[[x,y,…]…]…], width, height}, where a point is an array of two to
// four numbers (x, y, time, pressure) inside the drawing area. A single dot is no signature.
func (c *checker) drawing(a asked, pointer string, v any) (any, bool) {
	d, ok := v.(map[string]any)
	if !ok {
		return c.bad(a, pointer, Malformed)
	}
	width, ok1 := side(d["width"])
	height, ok2 := side(d["height"])
	strokes, ok3 := d["strokes"].([]any)
	if !ok1 || !ok2 || !ok3 || len(d) != 3 {
		return c.bad(a, pointer, Malformed)
	}
	if len(strokes) == 0 {
		return c.absent(a, pointer)
	}
	points, clean := 0, make([]any, 0, len(strokes))
	for _, s := range strokes {
		stroke, ok := s.([]any)
		if points += len(stroke); !ok || points > maxPoints || len(strokes) > maxPoints {
			return c.bad(a, pointer, Malformed)
		}
		line, ok := strokeOf(stroke, width, height)
		if !ok {
			return c.bad(a, pointer, Malformed)
		}
		clean = append(clean, line)
	}
	if points < 2 {
		return c.bad(a, pointer, TooShort)
	}
	return map[string]any{"strokes": clean, "width": width, "height": height}, true
}

func side(v any) (float64, bool) {
	n, ok := number(v)
	return n, ok && n > 0 && n <= maxSide
}

func strokeOf(points []any, width, height float64) ([]any, bool) {
	out := make([]any, 0, len(points))
	for _, p := range points {
		coords, ok := p.([]any)
		if !ok || len(coords) < 2 || len(coords) > 4 {
			return nil, false
		}
		point := make([]any, len(coords))
		for i, v := range coords {
			n, ok := number(v)
			if !ok {
				return nil, false
			}
			point[i] = n
		}
		x, y := point[0].(float64), point[1].(float64)
		if x < 0 || y < 0 || x > width || y > height {
			return nil, false
		}
		out = append(out, point)
	}
	return out, true
}
