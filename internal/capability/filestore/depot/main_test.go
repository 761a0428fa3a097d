package depot_test

import (
	"fmt"
	"os"
	"testing"

	"cinnabar/internal/platform/db/dbtest"
)

func TestMain(m *testing.M) {
	if orders := os.Getenv(childVar); orders != "" {
		fmt.Fprintln(os.Stderr, runChild(orders))
		os.Exit(1)
	}
	dbtest.Main(m)
}
