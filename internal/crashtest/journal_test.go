package crashtest_test

import (
	"encoding/json"
	"time"

	"cinnabar/internal/bench/cast"
	"cinnabar/internal/cinnabar"
)

// journal is what the parent knows: everything that was acknowledged, and what was under way.
type journal struct {
	Cast  *cast.Cast // nil before it was acknowledged
	Tries int        // of settling; each has names of its own
	Cases []*record
}

// record is one case.
type record struct {
	Worker   int
	N        int
	ID       cinnabar.CaseID // "" until its beginning was acknowledged
	Began    *cast.Step      // with the key of the beginning
	Acked    []cast.Step
	Pending  *cast.Step // told, not acknowledged
	Finished bool
}

// open is a worker's case that is not finished; nil when there is none.
func (j *journal) open(worker int) *record {
	for _, r := range j.Cases {
		if r.Worker == worker && !r.Finished {
			return r
		}
	}
	return nil
}

// orders are what a child is told to do.
type orders struct {
	Data     string
	Shift    time.Duration // how much later than the system's clock it is
	Peers    peers
	Workers  int
	Drain    bool // play nothing; wait until all jobs are done
	Everyone bool // repeat every acknowledged request, not only the newest of each case
	Journal  journal
}

// peers is where mail and SMS go, and where the SMS that came in can be read.
type peers struct {
	MailPort  int
	SMSURL    string
	SMSKey    string
	SMSSecret string
	TakenURL  string
}

// Kinds of lines that a child writes.
const (
	lineAudited  = "audited" // the audit of the start is through
	lineFault    = "fault"
	lineSettling = "settling"
	lineCast     = "cast"
	lineBegin    = "begin" // a case is about to begin
	lineTold     = "told"
	lineAcked    = "acked"
	lineFinished = "finished"
	lineDrained  = "drained"
)

// line is one line from a child to its parent.
type line struct {
	Kind   string
	Worker int
	N      int
	Fault  string     `json:",omitempty"`
	Step   *cast.Step `json:",omitempty"`
	Cast   *cast.Cast `json:",omitempty"`
}

// enter takes a line into the journal.
func (j *journal) enter(l line) {
	switch l.Kind {
	case lineSettling:
		j.Tries++
	case lineCast:
		j.Cast = l.Cast
	case lineBegin:
		j.Cases = append(j.Cases, &record{Worker: l.Worker, N: l.N})
	case lineFinished:
		j.open(l.Worker).Finished = true
	case lineTold:
		j.told(j.open(l.Worker), l.Step)
	case lineAcked:
		j.acked(j.open(l.Worker), l.Step)
	}
}

func (j *journal) told(r *record, s *cast.Step) {
	if s.What == cast.Began {
		r.Began = s
		return
	}
	r.Pending = s
}

func (j *journal) acked(r *record, s *cast.Step) {
	if s.What == cast.Began {
		r.ID, r.Began = s.Case, s
		return
	}
	r.Acked = append(r.Acked, *s)
	if s.What == cast.Act {
		r.Pending = nil
	}
}

// same compares answers as their receivers see them.
func same(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}
