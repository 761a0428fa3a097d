package app

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics counts requests and jobs for Prometheus.
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

// Handler shows the metrics; it belongs on a listener of its own, not on the public one.
func (m *metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
