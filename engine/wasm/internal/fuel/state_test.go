package fuel_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
)

func TestStateSaysWhatAModuleCanChange(t *testing.T) {
	t.Parallel()
	for guest, want := range map[string]fuel.State{
		"good":                    {},
		"remembers":               {Globals: []string{"ocrmux_global_0", "ocrmux_global_1", "ocrmux_global_2", "ocrmux_global_3"}},
		"remembers_in_table":      {Lasting: true},
		"remembers_in_table_size": {Lasting: true},
		"remembers_in_elements":   {Lasting: true},
		"remembers_in_data":       {Lasting: true},
		"remembers_in_reference":  {Lasting: true},
		"remembers_in_vector":     {Lasting: true},
		"step_calls_null":         {}, // reads a table only
	} {
		t.Run(guest, func(t *testing.T) {
			t.Parallel()
			module, err := os.ReadFile(filepath.Join("../../testdata", guest+".wasm"))
			if err != nil {
				t.Fatal(err)
			}
			metered, err := fuel.Instrument(module)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, metered.State); diff != "" {
				t.Error(diff)
			}
		})
	}
}
