package examples

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// messages maps the names of messages in the runtimes to those of the contract.
func messages() map[string]string {
	return map[string]string{
		"step": "StepRequest", "context": "Context", "start": "Start", "picture": "PictureInfo", "response": "Response",
		"header": "Header", "leaf": "Leaf", "action": "Action", "exchange": "Exchange", "cache": "CacheRule", "capture": "Capture",
		"request": "HTTPRequest", "param": "NamedValue", "body": "Body", "form": "Form", "multipart": "Multipart",
		"multipartfield": "MultipartField", "partfield": "MultipartField", "json": "JSON", "jsonvalue": "JSON",
		"object": "JSONObject", "jsonobject": "JSONObject", "member": "JSONMember", "array": "JSONArray", "jsonarray": "JSONArray",
		"value": "Value", "part": "Part", "blob": "Blob", "digest": "Digest", "done": "Done", "field": "Field", "signal": "Signal",
		"fail": "Fail",
	}
}

// contract returns the numbers of the fields of each message in provider.proto.
func contract(t *testing.T) map[string]map[string]string {
	t.Helper()
	text, err := os.ReadFile("../engine/abi/provider.proto")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]string{}
	for _, m := range regexp.MustCompile(`(?ms)^message (\w+) \{$(.*?)^\}`).FindAllStringSubmatch(string(text), -1) {
		out[m[1]] = map[string]string{}
		for _, f := range regexp.MustCompile(`(?m)^ +(?:\w+ )?\w+ (\w+) = (\d+);`).FindAllStringSubmatch(m[2], -1) {
			out[m[1]][f[1]] = f[2]
		}
	}
	return out
}

// number returns the number of a field. name may lack the field's first or last words.
func number(fields map[string]string, name string) string {
	if n, ok := fields[name]; ok {
		return n
	}
	for field, n := range fields {
		if strings.HasPrefix(field, name+"_") || strings.HasSuffix(field, "_"+name) {
			return n
		}
	}
	return "none"
}

func TestRuntimesHaveTheNumbersOfTheContract(t *testing.T) {
	t.Parallel()
	proto, known := contract(t), messages()
	assigned := regexp.MustCompile(`(\w+) = (\d+)`)
	for file, block := range map[string]*regexp.Regexp{
		"provider-rust/src/ocrmux.rs":                regexp.MustCompile(`(?m)^ {4}(\w+) \{([^}]+)\}`),
		"provider-assemblyscript/assembly/ocrmux.ts": regexp.MustCompile(`export namespace (\w+) \{([^}]+)\}`),
		"provider-c/ocrmux.h":                        regexp.MustCompile(`(?m)^()enum \{([^}]+)\}`),
	} {
		t.Run(file, func(t *testing.T) {
			text, err := fs.ReadFile(Runtimes(), file)
			if err != nil {
				t.Fatal(err)
			}
			numbers, _, _ := strings.Cut(string(text), "// ---- enumerations") // in C, enumerations follow
			seen := 0
			for _, b := range block.FindAllStringSubmatch(numbers, -1) {
				for _, a := range assigned.FindAllStringSubmatch(b[2], -1) {
					message, field := strings.ToLower(strings.ReplaceAll(b[1], "_", "")), strings.ToLower(a[1])
					if message == "" {
						message, field = split(known, field)
					}
					if want := number(proto[known[message]], field); want != a[2] {
						t.Errorf("%s.%s is %s, the contract has %s", message, field, a[2], want)
					}
					seen++
				}
			}
			if seen < 80 {
				t.Errorf("only %d numbers were found", seen)
			}
		})
	}
}

// split splits a name of C into message and field, such as PART_FIELD_NAME into partfield and name. It takes the longest
// message.
func split(known map[string]string, name string) (message, field string) {
	words := strings.Split(name, "_")
	for n := len(words) - 1; n > 0; n-- {
		if message := strings.Join(words[:n], ""); known[message] != "" {
			return message, strings.Join(words[n:], "_")
		}
	}
	return "", name
}
