package sdktest

import (
	"math/rand/v2"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/conform"
)

// checkedAt is the instant of every visit at a front door.
func checkedAt() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }

// RandomCard is a recognition as the engine could give it to a front door: see [conform.RandomCard].
func RandomCard(r *rand.Rand, odd string) *abi.Recognition { return conform.RandomCard(r, odd) }

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }
