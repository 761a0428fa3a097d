package ftpstore_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jlaffaye/ftp"

	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/capability/filestore/ftpstore/ftpstoretest"
)

const benchSize = 50_000

// BenchmarkServer measures the servers alone, with one client and with four: up is STOR to another name,
// SIZE and RNTO; down is RETR. Run it with -benchtime=1000x for 1,000 files of 50 KB. The built-in server
// has each file on the disk before it answers; vsftpd and proftpd do not, so "+fsync" adds what makes it
// the same: an fsync of the file and of its folder before the next one.
func BenchmarkServer(b *testing.B) {
	for _, name := range []string{"built-in", "vsftpd+fsync", "proftpd+fsync", "vsftpd", "proftpd"} {
		for _, clients := range []int{1, 4} {
			label := name + "/" + string(rune('0'+clients)) + "clients"
			server, safe := strings.CutSuffix(name, "+fsync")
			b.Run(label, func(b *testing.B) { benchServer(b, ftpstoretest.Servers()[server](b, nil), clients, safe) })
		}
	}
}

// fsync has a file and the folder that names it on the disk.
func fsync(dir, name string) error {
	for _, n := range []string{filepath.Join(dir, name), dir} {
		f, err := os.Open(n)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

func benchServer(b *testing.B, s ftpstoretest.Server, clients int, safe bool) {
	_, body := ftpstoretest.NewDocument(benchSize)
	conns := make([]*ftp.ServerConn, clients)
	for i := range conns {
		c, err := ftp.Dial(s.Addr, ftp.DialWithTimeout(10*time.Second))
		if err == nil {
			err = c.Login(s.User, s.Password)
		}
		if err != nil {
			b.Fatal(err)
		}
		defer c.Quit()
		conns[i] = c
	}
	names := make([]string, b.N)
	for i := range names {
		doc, _ := ftpstoretest.NewDocument(0)
		names[i] = path.Join(s.Base, path.Base(doc.Path))
	}
	b.ResetTimer()
	up := rate(b, conns, func(c *ftp.ServerConn, i int) error {
		temp := path.Join(s.Base, ".part-"+path.Base(names[i]))
		if err := c.Stor(temp, bytes.NewReader(body)); err != nil {
			return err
		}
		if _, err := c.FileSize(temp); err != nil {
			return err
		}
		if err := c.Rename(temp, names[i]); err != nil || !safe {
			return err
		}
		return fsync(s.Dir, path.Base(names[i]))
	})
	down := rate(b, conns, func(c *ftp.ServerConn, i int) error {
		r, err := c.Retr(names[i])
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			return err
		}
		return r.Close()
	})
	b.ReportMetric(up, "up/s")
	b.ReportMetric(down, "down/s")
}

// rate does something b.N times with several workers, and gives how often it was done in a second.
func rate[W any](b *testing.B, workers []W, do func(w W, i int) error) float64 {
	var next atomic.Int64
	var all sync.WaitGroup
	before := b.Elapsed()
	for _, w := range workers {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < b.N; i = int(next.Add(1)) - 1 {
				if err := do(w, i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return float64(b.N) / (b.Elapsed() - before).Seconds()
}

// BenchmarkStore measures Put, which reads every document back, and Get, with four connections.
func BenchmarkStore(b *testing.B) {
	for _, name := range []string{"built-in", "vsftpd", "proftpd"} {
		b.Run(name, func(b *testing.B) {
			store := open(b, ftpstoretest.Servers()[name](b, nil), nil)
			docs, bodies := make([]ftpstore.Document, b.N), make([][]byte, b.N)
			for i := range docs {
				docs[i], bodies[i] = ftpstoretest.NewDocument(benchSize)
			}
			workers := make([]*ftpstore.Store, 4)
			b.ResetTimer()
			put := rate(b, workers, func(_ *ftpstore.Store, i int) error {
				return store.Put(b.Context(), docs[i], bytes.NewReader(bodies[i]))
			})
			get := rate(b, workers, func(_ *ftpstore.Store, i int) error { return store.Verify(b.Context(), docs[i]) })
			b.ReportMetric(put, "put/s")
			b.ReportMetric(get, "get/s")
		})
	}
}
