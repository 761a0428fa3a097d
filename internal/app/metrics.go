package app

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"cinnabar/internal/capability/message"
	"cinnabar/internal/platform/jobs"
)

// metrics are what Prometheus reads.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	jobs     *prometheus.HistogramVec
	lateness *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "cinnabar_http_request_seconds", Help: "How long requests took."}, []string{"method", "route", "status"}),
		jobs:     prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "cinnabar_job_seconds", Help: "How long jobs took."}, []string{"kind", "outcome"}),
		lateness: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "cinnabar_job_late_seconds", Help: "How late jobs began after they were due."}, []string{"kind"}),
	}
	m.registry.MustRegister(m.requests, m.jobs, m.lateness, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) Request(method, route string, status int, took time.Duration) {
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}

func (m *metrics) JobRan(kind, outcome string, took, late time.Duration) {
	m.jobs.WithLabelValues(kind, outcome).Observe(took.Seconds())
	m.lateness.WithLabelValues(kind).Observe(max(0, late.Seconds()))
}

// watch shows at each reading what waits for somebody to look at it. A figure that cannot be read is none.
func (m *metrics) watch(queue *jobs.Queue, messages *message.Service) {
	figure := func(name, help string, read func(context.Context) (int, error)) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			n, err := read(ctx)
			if err != nil {
				return math.NaN()
			}
			return float64(n)
		}))
	}
	figure("cinnabar_messages_failed", "Messages that could not be delivered: cinnabar messages.", messages.CountFailed)
	figure("cinnabar_jobs_dead", "Jobs that were given up: cinnabar jobs.", func(ctx context.Context) (int, error) {
		d, err := queue.Depth(ctx)
		return d.Dead, err
	})
	figure("cinnabar_jobs_waiting", "Jobs that wait, later ones included.", func(ctx context.Context) (int, error) {
		d, err := queue.Depth(ctx)
		return d.Waiting, err
	})
}

// Handler shows the metrics; it belongs on a listener of its own, not on the public one.
func (m *metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
