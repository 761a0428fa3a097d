package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/biometric/face"
	"cinnabar/internal/capability/biometric/face/facebench"
	"cinnabar/internal/capability/biometric/finger"
	"cinnabar/internal/capability/biometric/finger/fingerbench"
)

// pictures measures the matchers over the pictures in two folders, on one core. A folder that cannot be
// measured is reported, and does not keep the other from being measured.
func pictures(ctx context.Context, o Options, r *Report) error {
	if o.Faces == "" && o.Fingers == "" {
		r.absent("faces and fingerprints", errors.New("pictures are not part of the project; name folders with --faces and --fingers"))
		return nil
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var text strings.Builder
	var failed []error
	for _, kind := range []struct {
		folder, title string
		measure       func(context.Context, Options, *Report, io.Writer) error
	}{{o.Faces, "Faces", faces}, {o.Fingers, "Fingerprints", fingers}} {
		if kind.folder == "" {
			continue
		}
		fmt.Fprintf(&text, "%s: %s\n\n", kind.title, kind.folder)
		err := kind.measure(ctx, o, r, &text)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed = append(failed, err)
			r.absent(kind.title, err)
		}
		fmt.Fprintln(&text)
	}
	r.Text = text.String()
	if len(r.Figures) == 0 {
		return fmt.Errorf("%w\n%s", errors.Join(failed...), r.Text)
	}
	return nil
}

func faces(ctx context.Context, o Options, r *Report, text io.Writer) error {
	models, err := biometric.EmbeddedFaces()
	if err != nil {
		return err
	}
	engine, err := face.New(models)
	if err != nil {
		return err
	}
	runtime.GC()
	before := resident()
	report, err := facebench.Run(ctx, engine, facebench.Options{Dir: o.Faces, Owner: o.FacesOwner, Spent: spent}, text)
	if err != nil {
		return err
	}
	used := peak() - before
	few := ""
	if !report.Matched.FMR1000.Supported {
		few = "too few pairs of different people to observe this rate"
	}
	r.add(Figure{What: "faces: failure to enrol", Value: 100 * report.Matched.FTE.Value, Unit: "%", Note: report.Matched.FTE.String()})
	r.add(Figure{What: "faces: EER", Value: 100 * report.Matched.EER, Unit: "%", Limit: 2.5, Note: fmt.Sprintf("at most 8 on hard sets; %.2f with refusals counted as non-matches", 100*report.Counted.EER)})
	r.add(Figure{What: "faces: FNMR at FMR 1/100", Value: 100 * report.Matched.FMR100.FNMR.Value, Unit: "%", Note: report.Matched.FMR100.FNMR.String()})
	r.add(Figure{What: "faces: FNMR at FMR 1/1000", Value: 100 * report.Matched.FMR1000.FNMR.Value, Unit: "%", Note: few})
	r.add(Figure{What: "faces: one verification, both pictures extracted", Value: milliseconds(2*report.Extract.Mean() + report.Compare.Mean()), Unit: "ms", Limit: 400, Note: fmt.Sprintf("mean processor time on one core, median %s; against a stored template half of it", number(milliseconds(2*report.Extract.At(.5)+report.Compare.At(.5))))})
	r.add(Figure{What: "faces: memory above that of the loaded networks, at most", Value: used, Unit: "MB", Limit: 120, Note: "resident, all templates and scores of the set included"})
	r.add(Figure{What: "faces: template", Value: float64(report.TemplateBytes), Unit: "bytes"})
	return curve(o.Out, "faces-det.svg", report.WriteDET)
}

func fingers(ctx context.Context, o Options, r *Report, text io.Writer) error {
	report, err := fingerbench.Run(ctx, finger.New(), fingerbench.Options{Dir: o.Fingers, Owner: o.FingersOwner, Spent: spent}, text)
	if err != nil {
		return err
	}
	few := ""
	if !report.All.FMR1000.Supported {
		few = "too few pairs of different fingers to observe this rate"
	}
	r.add(Figure{What: "fingerprints: failure to enrol", Value: 100 * report.All.FTE.Value, Unit: "%", Note: report.All.FTE.String()})
	r.add(Figure{What: "fingerprints: EER", Value: 100 * report.All.EER, Unit: "%", Limit: 3, Note: fmt.Sprintf("all pairs, refused pictures count as non-matches; without them %.2f; by the FVC protocol %.2f", 100*report.Matched.EER, 100*report.Protocol.EER)})
	r.add(Figure{What: "fingerprints: FNMR at no false match", Value: 100 * report.All.ZeroFMR.FNMR.Value, Unit: "%", Limit: 8, Note: report.All.ZeroFMR.FNMR.String()})
	r.add(Figure{What: "fingerprints: FNMR at FMR 1/100", Value: 100 * report.All.FMR100.FNMR.Value, Unit: "%", Note: report.All.FMR100.FNMR.String()})
	r.add(Figure{What: "fingerprints: FNMR at FMR 1/1000", Value: 100 * report.All.FMR1000.FNMR.Value, Unit: "%", Note: few})
	if three := report.ThreeFingers; three.DET != nil {
		r.add(Figure{What: "fingerprints: best of three, FNMR at no false match", Value: 100 * three.ZeroFMR.FNMR.Value, Unit: "%", Limit: 1, Note: three.ZeroFMR.FNMR.String()})
	}
	r.add(Figure{What: "fingerprints: one print extracted", Value: milliseconds(report.Extract.At(.5)), Unit: "ms", Limit: 100, Note: fmt.Sprintf("median processor time on one core, mean %s", number(milliseconds(report.Extract.Mean())))})
	r.add(Figure{What: "fingerprints: one comparison", Value: milliseconds(report.Match.At(.5)), Unit: "ms", Limit: 1, Note: fmt.Sprintf("median processor time on one core, mean %s", number(milliseconds(report.Match.Mean())))})
	r.add(Figure{What: "fingerprints: largest template", Value: float64(report.MaxBytes), Unit: "bytes", Limit: 2000})
	return curve(o.Out, "fingerprints-det.svg", report.WriteDET)
}

// spent is the processor time that this process has used: what others do on the machine does not show in it.
func spent() time.Duration { return cpu(syscall.RUSAGE_SELF) }

// curve writes a DET curve into the folder, when one is named.
func curve(folder, name string, write func(io.Writer) error) error {
	if folder == "" {
		return nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(folder, name))
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
