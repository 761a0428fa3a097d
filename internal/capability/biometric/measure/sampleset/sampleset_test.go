package sampleset_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"cinnabar/internal/capability/biometric/measure/sampleset"
)

func tree(names ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for _, n := range names {
		m[n] = &fstest.MapFile{Data: []byte("\x89PNG\r\n\x1a\n")}
	}
	return m
}

// Each layout gives the same grouping: words of one group are one owner's pictures.
func TestLayouts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		byName bool
		groups []string
	}{
		"FVC":                    {true, []string{"101_1.tif 101_2.tif 101_10.tif", "102_1.tif 102_2.tif"}},
		"FVC faces":              {false, []string{"1_1.png 1_2.png", "2_1.png 2_2.png"}},
		"AT&T":                   {false, []string{"s1/1.pgm s1/2.pgm", "s2/1.pgm s2/2.pgm"}},
		"AT&T with a parent":     {false, []string{"orl/s1/1.pgm orl/s1/2.pgm", "orl/s10/1.pgm orl/s10/2.pgm"}},
		"prints by folder":       {true, []string{"101/1.tif 101/2.tif", "102/1.tif 102/2.tif"}},
		"both":                   {true, []string{"101/101_1.tif 101/101_2.tif", "102/102_1.tif 102/102_2.tif"}},
		"two FVC sets":           {true, []string{"DB1_B/101_1.tif DB1_B/101_2.tif", "DB2_B/101_1.tif DB2_B/101_2.tif"}},
		"CASIA":                  {true, []string{"000/L/000_L0_0.bmp 000/L/000_L0_1.bmp", "000/L/000_L1_0.bmp 000/L/000_L1_1.bmp", "000/R/000_R0_0.bmp 000/R/000_R0_1.bmp"}},
		"LFW":                    {false, []string{"A_B/A_B_0001.jpg A_B/A_B_0002.jpg", "C_D/C_D_0001.jpg C_D/C_D_0002.jpg"}},
		"camera names":           {false, []string{"anna/IMG_20.jpg anna/DSC_3.jpg", "ben/IMG_20.jpg ben/x.jpg"}},
		"sessions in a folder":   {false, []string{"anna/1_1.png anna/2_1.png", "ben/1_1.png ben/2_1.png"}},
		"flat, a bare name":      {false, []string{"bona.jpg bona2.jpg bona3.jpg", "elkie.jpg elkie2.jpg", "yura.jpg"}},
		"flat, words":            {false, []string{"anna_smile.png anna_side.png", "ben_smile.png ben_side.png"}},
		"Yale":                   {false, []string{"subject01.happy subject01.sad", "subject02.happy subject02.sad"}},
		"folders of many people": {false, []string{"women/anna_1.jpg women/anna_2.jpg", "women/eva_1.jpg women/eva_2.jpg", "men/ben_1.jpg men/ben_2.jpg", "men/tom_1.jpg men/tom_2.jpg"}},
		"divided":                {false, []string{"train/anna/1.jpg test/anna/2.jpg", "train/ben/1.jpg test/ben/2.jpg"}},
		"SOCOFing-like":          {true, []string{"1__M_Left_index_1.BMP 1__M_Left_index_2.BMP", "1__M_Left_thumb_1.BMP 1__M_Left_thumb_2.BMP"}},
	} {
		group := make(map[string]int)
		var all []string
		for i, g := range c.groups {
			for _, f := range strings.Fields(g) {
				group[f] = i
				all = append(all, f)
			}
		}
		set, err := sampleset.Read(tree(all...), sampleset.Options{ByName: c.byName})
		if err != nil || set.Owners != len(c.groups) {
			t.Errorf("%s: %d owners, %v (%s)", name, set.Owners, err, set.Layout)
		}
		for i, a := range set.Pictures {
			for _, b := range set.Pictures[i+1:] {
				if (a.Owner == b.Owner) != (group[a.Path] == group[b.Path]) {
					t.Errorf("%s: %v and %v (%s)", name, a, b, set.Layout)
				}
			}
		}
	}
}

func TestWhatIsNoPictureIsNamed(t *testing.T) {
	t.Parallel()
	m := tree("101_1.tif", "101_2.tif", "102_1.tif", "102_2.tif", "extra", ".DS_Store")
	m["README"] = &fstest.MapFile{Data: []byte("text")}
	m["list.csv"] = &fstest.MapFile{}
	set, err := sampleset.Read(m, sampleset.Options{ByName: true})
	if err != nil || len(set.Pictures) != 5 || len(set.Skipped) != 2 {
		t.Errorf("%+v, %v", set, err)
	}
	if set.Pictures[0].Path != "101_1.tif" {
		t.Errorf("order: %v", set.Pictures)
	}
	if b, err := set.Bytes(set.Pictures[0]); err != nil || len(b) != 8 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestRefusesWhatCannotBeMeasured(t *testing.T) {
	t.Parallel()
	for want, m := range map[error]fstest.MapFS{
		sampleset.ErrNoPictures: {"a.txt": {}}, sampleset.ErrLayout: tree("img1.jpg", "img2.jpg", "img3.jpg"),
	} {
		if _, err := sampleset.Read(m, sampleset.Options{}); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	set, err := sampleset.Read(tree("x-ann-1.png", "y-ann-1.png", "x-ben-1.png"), sampleset.Options{Owner: regexp.MustCompile(`-(\w+)-`)})
	if err != nil || set.Owners != 2 {
		t.Errorf("%+v, %v", set, err)
	}
}
