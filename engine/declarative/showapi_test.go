package declarative_test

import (
	"testing"

	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

func TestShowAPIWithoutAProgramSendsAndAnswersWhatTheProgramDoes(t *testing.T) {
	sdktest.ConformanceFile(t, "testdata/showapi.provider.yaml", "../../plugins/showapi")
}
