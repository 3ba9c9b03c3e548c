package aligateway

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/sdk"
)

// maxSkew is how many seconds a client's clock may be off, and for how many seconds a nonce must not be used again.
const maxSkew = 15 * 60

// Admit starts the admission of a request at the front door of an API behind the gateway: it returns the client's proofs.
// For a request that the gateway would refuse, it returns nil and the gateway's answer.
func Admit(c *sdk.Call, in *sdk.InboundRequest) (*sdk.Admit, *sdk.Accepted) {
	scheme, code, _ := strings.Cut(strings.TrimSpace(in.HeaderText("Authorization")), " ")
	switch {
	case strings.EqualFold(scheme, "APPCODE"):
		expected := sdk.Secret("app_code")
		return &sdk.Admit{Document: "cn.idcard", Proofs: []sdk.Proof{{
			Given: strings.TrimSpace(code), Expected: &expected, Otherwise: refusal{403, "Invalid AppCode"}.fail(),
		}}}, nil
	case in.HeaderText("X-Ca-Key") != "":
		return admitSigned(c, in)
	}
	return nil, refusal{401, "Need authorization, `X-Ca-Key` or `Authorization: APPCODE ...` is required"}.answer(c)
}

// admitSigned admits a request with AppKey and signature.
func admitSigned(c *sdk.Call, in *sdk.InboundRequest) (*sdk.Admit, *sdk.Accepted) {
	signature := in.HeaderText("X-Ca-Signature")
	if signature == "" {
		return nil, refusal{403, "Empty Signature"}.answer(c)
	}
	algorithm := sdk.SHA256
	switch in.HeaderText("X-Ca-Signature-Method") {
	case "", "HmacSHA256":
	case "HmacSHA1":
		algorithm = sdk.SHA1
	default:
		return nil, refusal{400, "Invalid Header `X-Ca-Signature-Method`"}.answer(c)
	}
	window, refused := timely(c, in.HeaderText("X-Ca-Timestamp"))
	if refused != nil {
		return nil, refused.answer(c)
	}
	key, toSign := in.HeaderText("X-Ca-Key"), inboundStringToSign(in)
	expected := sdk.HMAC(algorithm, sdk.Base64, sdk.Secret("app_secret"), toSign)
	a := &sdk.Admit{
		Document:      "cn.idcard",
		Client:        &sdk.ClientKey{Name: "app_key", Value: key},
		UnknownClient: refusal{400, "Invalid AppKey"}.fail(),
		Proofs: []sdk.Proof{{
			Given: signature, Expected: &expected,
			Otherwise: refusal{400, "Invalid Signature, Server StringToSign:`" + sdk.Shown(toSign) + "`"}.fail(),
		}},
	}
	if given := in.HeaderText("Content-MD5"); given != "" && !in.IsForm() {
		sum := sdk.Hash(sdk.MD5, sdk.Base64, sdk.BodyBytes())
		a.Proofs = append(a.Proofs, sdk.Proof{Given: given, Expected: &sum, Otherwise: refusal{400, "Invalid Content-MD5"}.fail()})
	}
	if nonce := in.HeaderText("X-Ca-Nonce"); nonce != "" {
		if !slices.ContainsFunc(signedHeaders(in), func(name string) bool { return strings.EqualFold(name, "X-Ca-Nonce") }) {
			nonce = signature // anybody could change a nonce that is not signed
		}
		a.ReplayKey, a.WindowSeconds, a.Replayed = key+"\n"+nonce, window, refusal{400, "Nonce Used"}.fail()
	}
	return a, nil
}

// timely checks a time in milliseconds, which is optional. window is for how many seconds the nonce must be remembered:
// after that, the time is too old anyway. The setting max_skew_seconds is 15 minutes by default; 0 disables the check.
func timely(c *sdk.Call, timestamp string) (window uint32, refused *refusal) {
	skew, set := c.Config().Int("/max_skew_seconds")
	if !set {
		skew = maxSkew
	}
	if timestamp == "" || skew == 0 {
		return maxSkew, nil
	}
	ms, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return 0, &refusal{400, "Invalid Timestamp"}
	}
	left := ms/1000 + skew - c.UnixMilli()/1000
	if left < 0 || left > 2*skew {
		return 0, &refusal{400, "Timestamp Expired"}
	}
	return uint32(left) + 1, nil
}

// inboundStringToSign returns the text that the client should have signed; see stringToSign. Names of headers are written
// as the client lists them.
func inboundStringToSign(in *sdk.InboundRequest) sdk.Value {
	var head strings.Builder
	head.WriteString(in.Method + "\n")
	for _, name := range notListed()[:4] {
		head.WriteString(in.HeaderText(name) + "\n")
	}
	for _, name := range signedHeaders(in) {
		head.WriteString(name + ":" + in.HeaderText(name) + "\n")
	}
	params := sdk.Params(in.Query)
	if in.IsForm() {
		params = append(params, sdk.Params(in.Leaves)...)
	}
	slices.SortStableFunc(params, func(a, b sdk.NamedValue) int { return cmp.Compare(a.Name, b.Name) })
	params = slices.CompactFunc(params, func(a, b sdk.NamedValue) bool { return a.Name == b.Name })
	return sdk.Join(sdk.Text(head.String()), resource(in.Path, params))
}

// notListed are the headers that the list of signed headers leaves out: they have their own place in the text, or none.
func notListed() []string {
	return []string{"Accept", "Content-MD5", "Content-Type", "Date", "X-Ca-Signature", "X-Ca-Signature-Headers"}
}

// signedHeaders returns the names that the client lists as signed, sorted.
func signedHeaders(in *sdk.InboundRequest) []string {
	var names []string
	for name := range strings.SplitSeq(in.HeaderText("X-Ca-Signature-Headers"), ",") {
		name = strings.TrimSpace(name)
		is := func(other string) bool { return strings.EqualFold(name, other) }
		if name != "" && !slices.ContainsFunc(notListed(), is) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
