package cli

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/sdk"
)

func TestDryRunShowsBodiesDerivedKeysAndTokens(t *testing.T) {
	t.Parallel()
	bodyHash := sdk.Hash(sdk.SHA256, sdk.Hex, sdk.BodyBytes())
	derived := sdk.HMAC(sdk.SHA256, sdk.Raw, sdk.Join(sdk.Text("V1"), sdk.Secret("key")), sdk.Text("2026-01-02"))
	action := sdk.Send(sdk.Post("https://api.example.com/idcard").
		Query(sdk.Param("token", sdk.Secret("token"))).
		Header(
			sdk.Param("X-Hash", bodyHash),
			sdk.Param("Authorization", sdk.Join(sdk.Text("V1 "), sdk.HMAC(sdk.SHA256, sdk.Hex, derived, sdk.Text("POST\n"), bodyHash))),
		).
		JSON(sdk.Object(
			sdk.Member("image", sdk.String(sdk.Image(sdk.Base64))),
			sdk.Member("sides", sdk.Array(sdk.StringText("front <\n>"), sdk.Number("1"))),
			sdk.Member("none", sdk.Object()),
		)).
		Cache(sdk.CacheRule{Key: "token", TTLPointer: "/expires_in", MarginSeconds: 60}).Capture("/token", "token").State([]byte("abc")))
	record := &recorder{picture: &abi.PictureInfo{Size: 3}}
	record.requests = []recorded{{request: action.Exchange.Request, nonce: "0102", exchange: action.Exchange}}
	report := &dryReport{
		manifest: &abi.Descriptor{Secrets: []abi.SecretSpec{{Name: "key", Uses: []string{"hmac-sha256"}}, {Name: "token", Uses: []string{"plain"}, Captured: true}}},
		secrets:  map[string]string{"key": "hunter2"},
		picture:  []byte{1, 2, 3},
	}
	sum := sha256.Sum256([]byte(`{"image":"AQID","sides":["front <\n>",1],"none":{}}`))
	hash := hex.EncodeToString(sum[:])
	sign := hex.EncodeToString(mac(mac([]byte("V1hunter2"), "2026-01-02"), "POST\n"+hash))
	want := `POST https://api.example.com/idcard

query
  token  {secret:token}

header
  X-Hash         ` + hash + `
  Authorization  V1 ` + sign + `

body (application/json)
  {
    "image": "{image:base64}",
    "sides": [
      "front <\n>",
      1
    ],
    "none": {}
  }

X-Hash is sha256, hex, of
  {body}

Authorization is hmac-sha256, hex, of
  POST
  {sha256:hex data={body}}
with the key
  {hmac-sha256:raw key=V1{secret:key} data=2026-01-02}

the answer is cached as "token" for the seconds at /expires_in, minus 60 s
the secret token is captured from the answer at /token
the provider keeps 3 bytes of state

nothing was sent
`
	if diff := cmp.Diff(want, report.String(record)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestDryRunDoesNotComputeDigestsOfAFittedPicture(t *testing.T) {
	t.Parallel()
	report := &dryReport{manifest: &abi.Descriptor{}, sent: &abi.PictureInfo{Size: 2}, picture: []byte{1, 2, 3}}
	v := sdk.Hash(sdk.MD5, sdk.Hex, sdk.Image(sdk.Raw))
	if got := report.show("sign", &v, report.digest); got != "{md5:hex}" {
		t.Errorf("got %s", got)
	}
}

func TestDryRunShowsNoCard(t *testing.T) {
	t.Parallel()
	record := &recorder{outcome: sdk.Recognized(&sdk.Done{Fields: []sdk.Field{sdk.Read(sdk.Name, "样本")}})}
	report := &dryReport{manifest: &abi.Descriptor{}}
	if got := report.String(record); !strings.Contains(got, "without sending a request") || strings.Contains(got, "样本") {
		t.Errorf("got %s", got)
	}
}

// answering is a host that gives every call the same answer.
type answering struct{ reply *abi.HostReply }

func (a answering) Call(context.Context, *abi.HostCall) *abi.HostReply { return a.reply }

func TestDryRunShowsRequestsOfHTTPSend(t *testing.T) {
	t.Parallel()
	call := &abi.HostCall{HTTPSend: &abi.HTTPRequest{Method: "GET", URL: "https://api.example.com/a"}}
	report := func(reply *abi.HostReply) (string, error) {
		record := new(recorder)
		recordingHost{Host: answering{reply}, record: record, nonce: "0102"}.Call(t.Context(), call)
		return (&dryReport{manifest: &abi.Descriptor{}}).String(record), dryOutcome(errors.New("the provider gave up"), record)
	}
	got, err := report(&abi.HostReply{Status: abi.HostStatusFailed, Message: "no network"})
	if want := "GET https://api.example.com/a\n\nnothing was sent\n"; got != want || err != nil {
		t.Errorf("held back: %v, %s", err, cmp.Diff(want, got))
	}
	got, err = report(&abi.HostReply{Status: abi.HostStatusDenied, Message: "not this host"})
	if want := "GET https://api.example.com/a\n\nrefused: not this host\n\nnothing was sent\n"; got != want || err == nil {
		t.Errorf("refused: %v, %s", err, cmp.Diff(want, got))
	}
}

func mac(key []byte, data string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(data))
	return h.Sum(nil)
}
