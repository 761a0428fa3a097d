package depot_test

import (
	"testing"

	"cinnabar/internal/platform/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }
