package declarative_test

import (
	"testing"

	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

// The vendors of plugins/ are held, as files, to the golden exchanges and the tables of failures of the providers in Go.
func TestVendorsWithoutAProgramSendAndAnswerWhatTheirProgramsDo(t *testing.T) {
	for _, vendor := range []string{"showapi", "duguang", "jumdata", "wapi"} {
		t.Run(vendor, func(t *testing.T) {
			sdktest.ConformanceFile(t, "testdata/"+vendor+".provider.yaml", "../../plugins/"+vendor)
		})
	}
}

func TestTheExampleKeepsToWhatEveryProviderOwes(t *testing.T) {
	const folder = "../../examples/provider-declarative"
	sdktest.ConformanceFile(t, folder+"/acme.provider.yaml", folder)
}
