package pdf

import (
	"slices"
)

// Each calls f for every object of the document in the order of their numbers, until f fails.
func (d *Document) Each(f func(Ref, Object) error) error {
	numbers := make([]int, 0, len(d.xref))
	for n, e := range d.xref {
		if e.kind != entryFree {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		r := Ref{Num: n, Gen: d.xref[n].generation()}
		_, kept := d.objects[n]
		o, err := d.Resolve(r)
		if err != nil {
			return err
		}
		if err := f(r, o); err != nil {
			return err
		}
		if !kept {
			delete(d.objects, n) // memory stays that of one object, not of all
		}
	}
	return nil
}

// Has reports whether the document has an object of that number that is not free.
func (d *Document) Has(num int) bool {
	e, ok := d.xref[num]
	return ok && e.kind != entryFree
}

// References calls f for every reference in o, not following them.
func References(o Object, f func(Ref)) {
	switch v := o.(type) {
	case Ref:
		f(v)
	case Array:
		for _, e := range v {
			References(e, f)
		}
	case Dict:
		for _, e := range v {
			References(e, f)
		}
	case *Stream:
		References(v.Dict, f)
	}
}

// Object returns the object of that number, nil when there is none.
func (d *Document) Object(num int) (Object, error) {
	return d.Resolve(Ref{Num: num, Gen: d.xref[num].generation()})
}
