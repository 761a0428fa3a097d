package evidence

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

// Journal is the record that the log protects. Its Each calls f for every entry, in any order, with
// the hash recomputed from the entry's content.
type Journal interface {
	Each(ctx context.Context, f func(Leaf) error) error
}

// What Check found wrong.
const (
	Edited      = "edited"      // the entry's content is not what was logged
	Missing     = "missing"     // logged, but gone from the journal
	Unlogged    = "unlogged"    // in the journal, but never handed over
	TreeChanged = "tree"        // a subtree hash is not what the leaves make
	Rewritten   = CodeRewritten // the log is not what a kept checkpoint covers
	CutTail     = CodeNewer     // a kept checkpoint covers more than the database holds
	BadKept     = "checkpoint"  // a kept checkpoint is not signed by this log or out of order
	RolledBack  = "rollback"    // an officer accepted an older database (a remark, no fault)
)

// Finding is one thing that is wrong, with the row it is wrong with.
type Finding struct {
	What   string          `json:"what"`
	Case   cinnabar.CaseID `json:"case,omitempty"`
	Seq    int64           `json:"seq,omitempty"`
	Index  int64           `json:"index"` // leaf, subtree or checkpoint number; -1 when there is none
	Detail string          `json:"detail"`
}

// Report is the outcome of Check.
type Report struct {
	Size        int64     `json:"size"`        // entries in the log
	Entries     int64     `json:"entries"`     // entries in the journal
	Checkpoints int       `json:"checkpoints"` // kept ones that were compared
	Findings    []Finding `json:"findings"`
}

// OK tells whether nothing but accepted rollbacks was found.
func (r *Report) OK() bool {
	for _, f := range r.Findings {
		if f.What != RolledBack {
			return false
		}
	}
	return true
}

func (r *Report) add(what string, l Leaf, index int64, detail string) {
	r.Findings = append(r.Findings, Finding{What: what, Case: l.Case, Seq: l.Seq, Index: index, Detail: detail})
}

// Check recomputes the whole log from its leaves and compares it with the stored tree, the journal, and
// every kept checkpoint. It may run while cases write and the sequencer works: what comes after its
// beginning is not judged. It holds the log's leaves in memory (about 150 bytes each).
func (l *Log) Check(ctx context.Context, j Journal) (*Report, error) {
	r := &Report{}
	kept, err := l.Keeper.Kept(ctx)
	if err != nil {
		return nil, err
	}
	marks := l.readKept(r, kept)
	if err := l.DB.QueryRow(ctx, `SELECT size FROM log_state WHERE id = 1`).Scan(&r.Size); err != nil {
		return nil, err
	}
	leaves, err := l.checkTree(ctx, r, marks)
	if err != nil {
		return nil, fmt.Errorf("check the log: %w", err)
	}
	if err := l.checkJournal(ctx, r, j, leaves); err != nil {
		return nil, fmt.Errorf("check the journal: %w", err)
	}
	return r, nil
}

// mark is a kept checkpoint that still counts.
type mark struct {
	checkpoint
	index int64
}

// readKept verifies the kept checkpoints and drops those that an accepted rollback undid.
func (l *Log) readKept(r *Report, kept []string) []mark {
	var marks []mark
	for n, signed := range kept {
		c, err := openCheckpoint(signed, l.Key.Public())
		if err != nil {
			r.add(BadKept, Leaf{}, int64(n), err.Error())
			continue
		}
		if c.rollback != "" {
			r.add(RolledBack, Leaf{}, int64(n), c.rollback)
			for len(marks) > 0 && marks[len(marks)-1].size > c.size {
				marks = marks[:len(marks)-1]
			}
		}
		if len(marks) > 0 && marks[len(marks)-1].size > c.size {
			r.add(BadKept, Leaf{}, int64(n), "covers less than the checkpoint before it")
			continue
		}
		marks = append(marks, mark{c, int64(n)})
	}
	r.Checkpoints = len(marks)
	return marks
}

type leafKey struct {
	c   cinnabar.CaseID
	seq int64
}

// checkTree grows the tree anew and compares stored hashes and roots on the way.
func (l *Log) checkTree(ctx context.Context, r *Report, marks []mark) (map[leafKey]loggedLeaf, error) {
	hashes, err := l.DB.Query(ctx, `SELECT i, h FROM merkle WHERE i < $1`, tlog.StoredHashCount(r.Size))
	list, err := db.Collect(hashes, err, scanHash)
	if err != nil {
		return nil, err
	}
	have := make(map[int64]string, len(list))
	for _, s := range list {
		have[s.i] = string(s.h)
	}
	rows, err := l.DB.Query(ctx, `SELECT case_id, seq, hash FROM log_leaf WHERE idx < $1 ORDER BY idx`, r.Size)
	leaves, err := db.Collect(rows, err, scanLeaf)
	if err != nil {
		return nil, err
	}
	var t tree
	byKey := make(map[leafKey]loggedLeaf, len(leaves))
	marks = compareRoots(r, &t, marks)
	for idx, leaf := range leaves {
		first := len(t.all)
		t.push(leaf.recordHash())
		for i := first; i < len(t.all); i++ {
			if have[int64(i)] != string(t.all[i][:]) {
				r.add(TreeChanged, leaf, int64(idx), fmt.Sprintf("stored subtree hash %d does not follow from the leaves", i))
				break
			}
		}
		byKey[leafKey{leaf.Case, leaf.Seq}] = loggedLeaf{leaf, int64(idx)}
		marks = compareRoots(r, &t, marks)
	}
	if t.size != r.Size || len(have) != len(t.all) {
		r.add(TreeChanged, Leaf{}, t.size, fmt.Sprintf("the log should hold %d entries", r.Size))
	}
	for _, m := range marks {
		r.add(CutTail, Leaf{}, m.index, fmt.Sprintf("covers %d entries, the database holds %d: the log's tail was cut or an older database restored", m.size, t.size))
	}
	return byKey, nil
}

type loggedLeaf struct {
	Leaf
	index int64
}

// compareRoots compares the checkpoints of the tree's present size and returns the others.
func compareRoots(r *Report, t *tree, marks []mark) []mark {
	for len(marks) > 0 && marks[0].size == t.size {
		if t.root() != marks[0].root {
			r.add(Rewritten, Leaf{}, marks[0].index, fmt.Sprintf("the first %d entries are not those that the checkpoint covers", t.size))
		}
		marks = marks[1:]
	}
	return marks
}

// checkJournal pairs journal entries with leaves.
func (l *Log) checkJournal(ctx context.Context, r *Report, j Journal, leaves map[leafKey]loggedLeaf) error {
	var others []Leaf // not among the leaves: newer, or foreign
	err := j.Each(ctx, func(e Leaf) error {
		r.Entries++
		logged, ok := leaves[leafKey{e.Case, e.Seq}]
		switch {
		case !ok:
			others = append(others, e)
		case logged.Hash != e.Hash:
			r.add(Edited, e, logged.index, "the entry is not what was logged")
		}
		delete(leaves, leafKey{e.Case, e.Seq})
		return nil
	})
	if err != nil {
		return err
	}
	gone := slices.SortedFunc(maps.Values(leaves), func(a, b loggedLeaf) int { return cmp.Compare(a.index, b.index) })
	for _, logged := range gone {
		r.add(Missing, logged.Leaf, logged.index, "logged, but gone from the journal")
	}
	return l.checkNewer(ctx, r, others)
}

// checkNewer looks for entries among what waits and what was logged since the check began. What waits is
// read first: it can only move to the leaves.
func (l *Log) checkNewer(ctx context.Context, r *Report, entries []Leaf) error {
	known := map[leafKey]cinnabar.Digest{}
	for _, query := range []string{`SELECT case_id, seq, hash FROM to_log WHERE CAST($1 AS BIGINT) >= 0`, `SELECT case_id, seq, hash FROM log_leaf WHERE idx >= $1`} {
		rows, err := l.DB.Query(ctx, query, r.Size)
		leaves, err := db.Collect(rows, err, scanLeaf)
		if err != nil {
			return err
		}
		for _, leaf := range leaves {
			known[leafKey{leaf.Case, leaf.Seq}] = leaf.Hash
		}
	}
	for _, e := range entries {
		hash, ok := known[leafKey{e.Case, e.Seq}]
		switch {
		case !ok:
			r.add(Unlogged, e, -1, "the entry was never handed to the log, or stands twice")
		case hash != e.Hash:
			r.add(Edited, e, -1, "the entry is not what was handed to the log")
		}
		delete(known, leafKey{e.Case, e.Seq})
	}
	return nil
}

// tree is a Merkle tree that only grows: the roots of its complete subtrees, largest first.
type tree struct {
	size  int64
	roots []subtree
	all   []tlog.Hash // in the order of tlog.StoredHashIndex
}

type subtree struct {
	level int
	hash  tlog.Hash
}

func (t *tree) push(h tlog.Hash) {
	s := subtree{0, h}
	t.all = append(t.all, s.hash)
	for n := len(t.roots); n > 0 && t.roots[n-1].level == s.level; n-- {
		s = subtree{s.level + 1, tlog.NodeHash(t.roots[n-1].hash, s.hash)}
		t.roots = t.roots[:n-1]
		t.all = append(t.all, s.hash)
	}
	t.roots = append(t.roots, s)
	t.size++
}

// root is RFC 6962's tree hash.
func (t *tree) root() tlog.Hash {
	if t.size == 0 {
		return tlog.Hash(cinnabar.DigestOf(nil))
	}
	n := len(t.roots) - 1
	h := t.roots[n].hash
	for n--; n >= 0; n-- {
		h = tlog.NodeHash(t.roots[n].hash, h)
	}
	return h
}
