package declarative

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/internal/yamltree"
)

const head = `manifest:
  name: x
  version: 1.0.0
  abi: {major: 1}
  documents: [{document: cn.idcard}]
  hosts: ["https://x.example"]
  secrets: [{name: key, uses: [plain, hmac-sha256]}, {name: token, captured: true, uses: [plain]}]
`

const tail = `request: {path: /a, form: {image: {image: base64}}}
card: {fields: {name: /name}}
`

func TestMistakesAreReportedWithTheirPlace(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"nothing but a manifest", head, `x.provider.yaml:1:1: lacks "card"
x.provider.yaml:1:1: lacks "request"`},
		{"a misspelt key", head + tail + "anwser: {}\n", `x.provider.yaml:10:1: there is no key "anwser" here, did you mean answer?`},
		{"a misspelt key of an expression", head + "request: {path: /a, query: {a: {secert: key}}}\ncard: {fields: {name: /name}}\n", `x.provider.yaml:8:33: there is no key "secert" here, did you mean secret?`},
		{"a wrong manifest", strings.Replace(head, "1.0.0", "one", 1) + tail, `x.provider.yaml:3:12: manifest: version: "one" is no semantic version such as 1.0.0 (semver.org)`},
		{"mistakes in manifest and request", strings.Replace(head, "1.0.0", "one", 1) + "request: {path: a}\ncard: {fields: {name: /name}}\n", `x.provider.yaml:3:12: manifest: version: "one" is no semantic version such as 1.0.0 (semver.org)
x.provider.yaml:8:17: "a" is no path, want one that begins with /, without ? and #`},
		{"a misspelt key of the manifest", strings.Replace(head, "hosts", "host", 1) + tail, `x.provider.yaml:6:9: manifest: host: no such key; a manifest is strict so that a misspelt one is not lost`},
		{"a secret that is not declared", head + "request: {path: /a, query: {a: {secret: kye}}}\ncard: {fields: {name: /name}}\n", `x.provider.yaml:8:41: the manifest declares no secret "kye", did you mean key?`},
		{"a use that the manifest does not list", head + "request: {path: /a, query: {a: {hash: md5, data: {secret: key}}}}\ncard: {fields: {name: /name}}\n",
			`x.provider.yaml:8:59: the secret "key" is used as md5 here, but its uses in the manifest are plain, hmac-sha256: add it there, or use it otherwise`},
		{"an unknown algorithm", head + "request: {path: /a, query: {a: {hash: sha265, data: x}}}\ncard: {fields: {name: /name}}\n", `x.provider.yaml:8:39: "sha265" is not known here, did you mean sha256?`},
		{"two sources", head + "request: {path: /a, query: {a: {secret: key, nonce: true}}}\ncard: {fields: {name: /name}}\n", `x.provider.yaml:8:32: has secret and nonce, want only one of them`},
		{"a key that means nothing", head + "request: {path: /a, query: {a: {secret: key, output: hex}}}\ncard: {fields: {name: /name}}\n", `x.provider.yaml:8:46: "output" means nothing beside "secret"`},
		{"a body in itself", head + "request: {path: /a, form: {a: {hash: md5, data: {body: true}}}}\ncard: {fields: {name: /name}}\n", `x.provider.yaml:8:56: the body cannot be part of itself, want it in a header or the query`},
		{"two bodies", head + "request: {path: /a, form: {a: b}, raw: x}\ncard: {fields: {name: /name}}\n", `x.provider.yaml:8:10: has form and raw, want only one of them`},
		{"no pointer", head + "request: {path: /a}\ncard: {fields: {name: data.name, sex: /a~2}}\n", `x.provider.yaml:9:23: "data.name" is no JSON pointer: want a / at its beginning
x.provider.yaml:9:39: "/a~2" is no JSON pointer: want ~0 for ~ and ~1 for / within a name`},
		{"an answer before there is one", head + "request: {path: /a, query: {a: {pointer: /x}}}\ncard: {fields: {name: /name}}\n", `x.provider.yaml:8:42: there is no answer to read here yet`},
		{"a field that is not standard", head + "request: {path: /a}\ncard: {fields: {birthday: /b}}\n", `x.provider.yaml:9:17: "birthday" is no standard field of cn.idcard, did you mean birth_date?`},
		{"a secret where a text is compared", head + "request: {path: /a}\ncard: {fields: {name: {secret: key}}}\n", `x.provider.yaml:9:23: secret is for the host alone, want a text here`},
		{"a value further down", head + "values: {a: {value: b}, b: x}\nrequest: {path: /a, query: {a: {value: a}, b: {value: b}}}\ncard: {fields: {name: /name}}\n",
			`x.provider.yaml:8:21: the value "b" is further down; move it above the values that use it`},
		{"names that nothing uses", head + "values: {a: b}\nconditions: {c: {secret: key}}\n" + tail, `x.provider.yaml:8:10: nothing uses the value "a", want it used or removed
x.provider.yaml:9:14: no condition asks for "c", want it used or removed`},
		{"a condition that is not there", head + "request: {path: /a, query: {a: {secret: key, when: singed}}}\ncard: {fields: {name: /name}}\n", `x.provider.yaml:8:52: is "singed", want a condition such as {config: method, is: get}`},
		{"an alternative that is never reached", head + "request: [{path: /a}, {path: /b}]\ncard: {fields: {name: /name}}\n", `x.provider.yaml:8:11: has no when, so none of those after it is ever sent`},
		{"an unreachable table", head + tail + "answer: {failures: [{otherwise: timeout}, {otherwise: timeout}]}\n", `x.provider.yaml:10:21: has neither when nor "otherwise: pass", so none of the tables after it is ever asked`},
		{"an unreachable exchange", head + "before:\n- {name: a, request: {path: /t}, capture: {token: /t}, cache: {ttl_seconds: 9}}\n- {name: a, request: {path: /t}}\n" + tail,
			`x.provider.yaml:10:10: "a" is the name of an exchange above, want another`},
		{"a capture that is not kept", head + "before: {name: a, request: {path: /t}, capture: {token: /t}}\n" + tail, `x.provider.yaml:8:9: captures a secret, but lacks "cache": how long to keep it`},
		{"a capture of a configured secret", head + "before: {name: a, request: {path: /t}, capture: {key: /t}, cache: {ttl_seconds: 9}}\n" + tail,
			`x.provider.yaml:8:50: the manifest does not say that the secret "key" is captured, want captured: true there`},
		{"an unknown kind of failure", head + tail + "answer: {failures: {vendor_code: /c, codes: {1: quota, 2: {kind: rate_limit}}}}\n", `x.provider.yaml:10:49: "quota" is no kind of failure, want one of invalid_request, invalid_image, no_document, unreadable, unauthenticated, permission_denied, quota_exhausted, rate_limited, unavailable, timeout, outcome_unknown, provider_error, internal
x.provider.yaml:10:66: "rate_limit" is no kind of failure, did you mean rate_limited?`},
		{"a word that billed does not know", head + "request: {path: /a}\ncard: {fields: {name: /name}, billed: {pointer: /b, map: {1: paid}}}\n", `x.provider.yaml:9:62: "paid" is not known here, want one of yes, no, unknown`},
		{"an endpoint of another host", head + "endpoint: https://y.example/v1\n" + tail, `x.provider.yaml:8:11: the manifest's hosts do not have "https://y.example", want it listed there`},
		{"a message that may repeat a field", head + tail + "answer: {failures: {otherwise: {kind: timeout, message: {pointer: /name}}}}\n",
			`x.provider.yaml:10:67: a message may be logged, and what an answer says may be a field of a card: want it in vendor_message, or left out`},
		{"too many exchanges", head + "before: [" + "{name: a, request: {path: /t}}, {name: b, request: {path: /t}}, {name: c, request: {path: /t}}, {name: d, request: {path: /t}}, " +
			"{name: e, request: {path: /t}}, {name: f, request: {path: /t}}, {name: g, request: {path: /t}}, {name: h, request: {path: /t}}]\n" + tail, "x.provider.yaml:8:10: has 8 exchanges before the request, want at most 7"},
		{"a key twice", head + tail + "card: {}\n", `x.provider.yaml:10:1: card: is set twice; keep one of the two`},
		{"an empty file", "# nothing\n", `x.provider.yaml:1:1: is nothing, want a mapping with some of manifest, endpoint, conditions, values, refuse, before, request, answer, card`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := Check("x.provider.yaml", []byte(tt.text))
			var e *yamltree.Error
			if !errors.As(err, &e) {
				t.Fatalf("the error is %v", err)
			}
			if diff := cmp.Diff(tt.want, e.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

//attack:supply-bounds a provider file whose aliases unfold
func TestAFileThatUnfoldsIsRefused(t *testing.T) {
	var b strings.Builder
	b.WriteString(head + "values:\n  v0: x\n")
	for i := '1'; i <= '9'; i++ {
		one := "{value: v" + string(i-1) + "}, "
		b.WriteString("  v" + string(i) + ": [" + strings.Repeat(one, 9) + "x]\n")
	}
	b.WriteString("request: {path: /a, query: {a: {value: v9}}}\ncard: {fields: {name: /name}}\n")
	if err := Check("x", []byte(b.String())); err == nil || !strings.Contains(err.Error(), "unfolds into more than 20000") {
		t.Errorf("the error is %v", err)
	}
}

func TestTheFilesOfTheRepositoryAreRight(t *testing.T) {
	for _, path := range files(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(path, text); err != nil {
			t.Error(err)
		}
	}
}
