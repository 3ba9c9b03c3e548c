package route_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// The model of the table in docs/routing.md, which describes it. Its figures are assumptions and not measurements.

// reader is a provider that misreads each field with its own probability.
type reader struct {
	price  money.Amount
	takes  time.Duration
	errors map[string]float64
}

func readers() map[string]reader {
	scaled := func(by float64) map[string]float64 {
		all := map[string]float64{"address": 0.020, "birth_date": 0.004, "ethnicity": 0.003, "id_number": 0.006, "name": 0.010, "sex": 0.002}
		for name := range all {
			all[name] *= by
		}
		return all
	}
	return map[string]reader{
		"local":  {0, 500 * time.Millisecond, scaled(2.5)},
		"cheap":  {30_000, 350 * time.Millisecond, scaled(1)},
		"middle": {45_000, 300 * time.Millisecond, scaled(0.7)},
		"dear":   {60_000, 300 * time.Millisecond, scaled(0.5)},
	}
}

// picture says how hard a card is to read. Hard pictures make all readers fail.
type picture struct{ hard float64 }

func drawPicture(r *rand.Rand) picture {
	if r.Float64() < 0.15 {
		return picture{4}
	}
	return picture{0.5}
}

// read returns one reading of a picture. The right value of a field is its name. A misreading is one of three values, of which the
// first has a probability of one half.
func (v *reader) read(p picture, r *rand.Rand) route.Result {
	out := &route.Reading{Fields: make(map[string]route.Field)}
	for _, name := range slices.Sorted(maps.Keys(v.errors)) {
		sure := 1 - 0.12*r.Float64()*r.Float64()
		f := route.Field{Value: name, Confidence: &sure, Proved: name == "id_number"}
		if r.Float64() < v.errors[name]*p.hard {
			if r.Float64() < 0.2 {
				continue // not read at all
			}
			f.Value = name + []string{"?", "?", "!", "*"}[r.IntN(4)]
			sure = 1 - 0.5*r.Float64()
			switch name {
			case "id_number": // one digit in eleven has the right checksum
				if f.Proved = r.Float64() < 1.0/11; !f.Proved {
					out.FailedChecks = append(out.FailedChecks, "id_number_checksum")
				}
			case "birth_date", "sex":
				out.FailedChecks = append(out.FailedChecks, name+"_matches_number")
			}
		}
		out.Fields[name] = f
	}
	return route.Result{Billed: abi.BilledYes, Reading: out}
}

// score sums up many cards on one route.
type score struct {
	cards, right, unnoticed, calls int
	cost                           money.Amount
	took                           time.Duration
}

// add counts the result of one card: whether all fields are right, and if not, whether anything warns of that.
func (s *score) add(v *route.Verdict, r route.Route) {
	s.cards++
	readings := make(map[int]*route.Reading)
	for _, c := range v.Attempts {
		if c.Number >= 0 {
			s.calls++
			s.cost += c.Cost
			readings[c.Number] = c.Result.Reading
		}
	}
	result, doubted := maps.Clone(readings[v.Winner].Fields), len(readings[v.Winner].FailedChecks) > 0
	if v.Vote != nil {
		clear(result)
		doubted = false
		for name, e := range v.Vote.Fields {
			result[name] = readings[e.By].Fields[name]
			doubted = doubted || e.Disputed
		}
	}
	for _, f := range result {
		doubted = doubted || r.Policy == route.Cascade && *f.Confidence < r.Accept.MinConfidence
	}
	wrong := false
	for name, f := range result {
		wrong = wrong || f.Value != name
	}
	switch {
	case !wrong && len(result) == 6:
		s.right++
	case wrong && !doubted:
		s.unnoticed++
	}
}

const (
	accuracyCards = 4000
	accuracySeeds = 2
)

// readCards reads cards by a route, one after the other.
func readCards(t *testing.T, r route.Route) (s score) {
	t.Helper()
	all := readers()
	for seed := range uint64(accuracySeeds) {
		synctest.Test(t, func(t *testing.T) {
			vendors, random := make(map[string]*vendor), make(map[string]*rand.Rand)
			for i, name := range r.Providers {
				vendors[name], random[name] = &vendor{}, rand.New(rand.NewPCG(seed, uint64(i)))
			}
			w := newWorld(t, vendors, r, func(c *route.Config) {
				for name, a := range c.Accounts {
					price := all[name].price
					var err error
					if a.Tariff, err = money.NewTariff(money.TariffConfig{PerCall: &price}); err != nil {
						t.Fatal(err)
					}
					c.Accounts[name] = a
				}
			})
			pictures := rand.New(rand.NewPCG(seed, 77))
			for range accuracyCards {
				p, began := drawPicture(pictures), time.Now()
				v := w.call(func(c *route.Call) {
					c.Attempt = func(ctx context.Context, a route.Attempt) route.Result {
						reader := all[a.Provider]
						return (&vendor{takes: reader.takes, answers: []route.Result{reader.read(p, random[a.Provider])}}).answer(ctx)
					}
				})
				s.took += time.Since(began)
				s.add(v, r)
			}
		})
	}
	return s
}

func TestPoliciesAccuracyAndCost(t *testing.T) {
	t.Parallel()
	fields := slices.Sorted(maps.Keys(readers()["local"].errors))
	sure := route.AcceptRule{Fields: fields, MinConfidence: 0.9}
	var table strings.Builder
	table.WriteString("| route | cards all right | wrong and nothing says so | cost of 1,000 | calls a card | mean time |\n|---|--:|--:|--:|--:|--:|\n")
	scores := make(map[string]score)
	for _, c := range []struct {
		name string
		route.Route
	}{
		{"`local` alone", route.Route{Providers: []string{"local"}}},
		{"cheap alone", route.Route{Providers: []string{"cheap"}}},
		{"dear alone", route.Route{Providers: []string{"dear"}}},
		{"cascade: `local`, then dear", route.Route{Policy: route.Cascade, Providers: []string{"local", "dear"}, Accept: sure}},
		{"the same, by checks and fields alone", route.Route{Policy: route.Cascade, Providers: []string{"local", "dear"}, Accept: route.AcceptRule{Fields: fields}}},
		{"cascade: cheap, then dear", route.Route{Policy: route.Cascade, Providers: []string{"cheap", "dear"}, Accept: sure}},
		{"consensus, 2 of 3: `local`, cheap, dear", route.Route{Policy: route.Consensus, Providers: []string{"local", "cheap", "dear"}}},
		{"consensus, 2 of 3: dear, middle, cheap", route.Route{Policy: route.Consensus, Providers: []string{"dear", "middle", "cheap"}}},
	} {
		s := readCards(t, c.Route)
		scores[c.name] = s
		share := func(n int) float64 { return 100 * float64(n) / float64(s.cards) }
		fmt.Fprintf(&table, "| %s | %.1f %% | %.2f %% | %.2f | %.2f | %.0f ms |\n", c.name, share(s.right), share(s.unnoticed),
			float64(s.cost)/float64(s.cards)*1000/1e6, float64(s.calls)/float64(s.cards), s.took.Seconds()*1000/float64(s.cards))
	}
	cascade, dear, consensus := scores["cascade: `local`, then dear"], scores["dear alone"], scores["consensus, 2 of 3: dear, middle, cheap"]
	if cascade.right < dear.right || cascade.cost*2 > dear.cost {
		t.Errorf("a cascade is no longer as good as the dear one alone at half its cost:\n%s", table.String())
	}
	if consensus.unnoticed*2 > dear.unnoticed || consensus.right < dear.right {
		t.Errorf("a consensus no longer finds most of what one alone misreads:\n%s", table.String())
	}
	keepTable(t, "accuracy", table.String())
}
