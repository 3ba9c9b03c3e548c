package value_test

import (
	"fmt"
	"os"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/value"
)

// attempt is what an engine holds for one attempt.
type attempt struct{ picture []byte }

func (a attempt) Secret(name string) (value.Secret, bool) {
	return value.Secret{Text: []byte("s3cret"), Uses: []string{"hmac-sha256"}}, name == "app_secret"
}

func (a attempt) Blob(handle uint32) ([]byte, bool) { return a.picture, handle == 0 }

// A provider asks for the picture as base64 in a form and for a signature over the body; it sees neither picture nor
// secret.
func ExampleEvaluator_Request() {
	literal := func(s string) *abi.Value { return &abi.Value{Parts: []abi.Part{{Literal: []byte(s)}}} }
	signature := &abi.Value{Parts: []abi.Part{{Digest: &abi.Digest{
		Algorithm: abi.AlgorithmSHA256,
		Key:       &abi.Value{Parts: []abi.Part{{Secret: "app_secret"}}},
		Data:      &abi.Value{Parts: []abi.Part{{Body: &abi.BodyBytes{}}}},
		Output:    abi.EncodingBase64,
	}}}}
	asked := &abi.HTTPRequest{
		Method:  "POST",
		URL:     "https://vendor.example/idcard",
		Headers: []abi.NamedValue{{Name: "X-Signature", Value: signature}},
		Body: &abi.Body{Form: &abi.Form{Fields: []abi.NamedValue{
			{Name: "side", Value: literal("front")},
			{Name: "image", Value: &abi.Value{Parts: []abi.Part{{Blob: &abi.Blob{Encoding: abi.EncodingBase64}}}}},
		}}},
	}

	e := value.New(attempt{picture: []byte("SPECIMEN 样本")}, value.Limits{})
	req, err := e.Request(asked, "0123456789abcdef0123456789abcdef")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(value.Explain(signature))
	fmt.Println(req.Header.Get("X-Signature"), req.Sensitive, req.Secrets)
	fmt.Println(req.Body.Len, "bytes of", req.Header.Get("Content-Type"))
	if _, err := req.Body.WriteTo(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {hmac-sha256:base64 key={secret:app_secret} data={body}}
	// SiyxRRYZqwEAeElnpyPH4dfuYO1K8M4cLT+hjX/3llg= [X-Signature] [app_secret]
	// 37 bytes of application/x-www-form-urlencoded
	// side=front&image=U1BFQ0lNRU4g5qC35pys
}
