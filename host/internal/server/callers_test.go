package server_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// params of a request by name; a test changes them before, or after, they are signed.
type params map[string]string

func (p params) with(pairs ...string) params {
	out := maps.Clone(p)
	for i := 0; i < len(pairs); i += 2 {
		if out[pairs[i]] = pairs[i+1]; pairs[i+1] == "" {
			delete(out, pairs[i])
		}
	}
	return out
}

func (p params) form() url.Values {
	out := url.Values{}
	for name, v := range p {
		out.Set(name, v)
	}
	return out
}

func post(t testing.TB, url, contentType, body string, headers params) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	for name, v := range headers {
		r.Header.Set(name, v)
	}
	return r
}

const (
	jsonType = "application/json; charset=UTF-8"
	formType = "application/x-www-form-urlencoded; charset=UTF-8"
)

// byCode returns the headers of a client with an AppCode.
func byCode(code string) params { return params{"Authorization": "APPCODE " + code} }

// duguangRequest returns a request with a JSON body.
func duguangRequest(t testing.TB, b *bench, headers params, members map[string]any) *http.Request {
	t.Helper()
	body, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return post(t, b.url+"/ocrservice/idcard", jsonType, string(body), headers)
}

func showapiRequest(t testing.TB, b *bench, headers, form params) *http.Request {
	t.Helper()
	return post(t, b.url+"/ocrIdCard", formType, form.form().Encode(), headers)
}

// byKey signs a request as clients with AppKey and AppSecret must. The parameters are those of a form.
func byKey(key, secret, nonce, method, path, contentType, body string, form params) params {
	h := params{
		"X-Ca-Key": key, "X-Ca-Nonce": nonce, "X-Ca-Timestamp": strconv.FormatInt(time.Now().UnixMilli(), 10),
		"X-Ca-Signature-Method": "HmacSHA256", "Accept": "application/json",
	}
	md := ""
	if form == nil {
		sum := md5.Sum([]byte(body))
		md = base64.StdEncoding.EncodeToString(sum[:])
		h["Content-MD5"] = md
	}
	text := method + "\napplication/json\n" + md + "\n" + contentType + "\n\n"
	signed := []string{"x-ca-key", "x-ca-nonce", "x-ca-signature-method", "x-ca-timestamp"}
	for _, name := range signed {
		text += name + ":" + h[http.CanonicalHeaderKey(name)] + "\n"
	}
	h["X-Ca-Signature-Headers"] = strings.Join(signed, ",")
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(form)) {
		pairs = append(pairs, name+"="+form[name])
	}
	text += path
	if len(pairs) > 0 {
		text += "?" + strings.Join(pairs, "&")
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	h["X-Ca-Signature"] = base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return h
}

// wapiSigned signs the parameters that are not empty. It adds appid and time if they are missing.
func wapiSigned(secret string, given params) params {
	p := params{"appid": appID, "time": strconv.FormatInt(time.Now().Unix(), 10)}
	maps.Copy(p, given)
	text := ""
	for _, name := range slices.Sorted(maps.Keys(p)) {
		if p[name] != "" {
			text += name + p[name]
		}
	}
	sum := md5.Sum([]byte(text + secret))
	p["sign"] = hex.EncodeToString(sum[:])
	return p
}

func wapiPost(t testing.TB, b *bench, p params) *http.Request {
	t.Helper()
	return post(t, b.url+"/pyi/76/194", formType, p.form().Encode(), nil)
}

// wapiGet returns a request with everything in the query, escaped or, as some clients send it, unescaped.
func wapiGet(t testing.TB, b *bench, p params, escaped bool) *http.Request {
	t.Helper()
	query := p.form().Encode()
	if !escaped {
		var pairs []string
		for name, v := range p {
			pairs = append(pairs, name+"="+v)
		}
		query = strings.Join(pairs, "&")
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+"/pyi/76/194?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// jumdataSigned returns the signed fields of the vendor's form.
func jumdataSigned(secret string, given params) params {
	p := params{"appId": appID, "timestamp": strconv.FormatInt(time.Now().UnixMilli(), 10)}
	maps.Copy(p, given)
	sum := sha256.Sum256([]byte(p["appId"] + secret + p["timestamp"]))
	p["sign"] = hex.EncodeToString(sum[:])
	return p
}

// jumdataRequest returns a request with the vendor's multipart form. A nil file is omitted.
func jumdataRequest(t testing.TB, b *bench, fields params, file []byte) *http.Request {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, v := range fields {
		if err := w.WriteField(name, v); err != nil {
			t.Fatal(err)
		}
	}
	if file != nil {
		part, err := w.CreateFormFile("file", "card.jpg")
		if err == nil {
			_, err = part.Write(file)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return post(t, b.url+"/ocr/idcard-v1", w.FormDataContentType(), body.String(), nil)
}

func base64Of(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
