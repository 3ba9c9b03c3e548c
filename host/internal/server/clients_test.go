package server_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/internal/testenv"
)

// TestFrontDoorsServeClientsInOtherLanguages runs examples/clients, which call like the vendors' own samples, against the front doors.
// They send a specimen, and must print what the scripted vendors answer.
func TestFrontDoorsServeClientsInOtherLanguages(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("NOT TESTED: clients in other languages take seconds; TestFrontDoorsAnswerAsTheirVendors sends the same requests")
	}
	b := open(t, nil)
	const number = "11010119900307803X"
	for _, tt := range []struct {
		name    string
		command []string
		want    []string
		refusal string // with credentials that are wrong
	}{
		{"duguang by Python's urllib", []string{"python3", "duguang.py"}, []string{`"id":"` + number + `"`, `"birthday":"1990年3月7日"`, `"figure":[{"type":"face"`}, "403 Invalid AppCode"},
		{"duguang by PHP's curl", []string{"php", "duguang.php"}, []string{"HTTP/1.1 200", `"id":"` + number + `"`, `"angle":90`}, "X-Ca-Error-Message: Invalid AppCode"},
		{"showapi by Python's urllib", []string{"python3", "showapi.py"}, []string{`"showapi_res_code":0`, `"idNo":"` + number + `"`, `"name":"样本张三"`}, "403 Invalid AppCode"},
		{"wapi by PHP's file_get_contents", []string{"php", "wapi.php"}, []string{`"codeid":10000`, `"公民身份号码":"` + number + `"`}, `"codeid":10003`},
		{"wapi by Python's urllib, unescaped", []string{"python3", "wapi.py"}, []string{`"codeid":10000`, `"公民身份号码":"` + number + `"`}, `"codeid":10003`},
		{"jumdata by Python's urllib, a file", []string{"python3", "jumdata.py"}, []string{`"code":200`, `"number":"` + number + `"`}, `"msg":"签名错误"`},
		{"jumdata by Python's urllib, base64", []string{"python3", "jumdata.py", "base64"}, []string{`"code":200`, `"number":"` + number + `"`}, `"msg":"签名错误"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := runClient(t, b, tt.command, appCode, appSecret)
			for _, want := range tt.want {
				if !strings.Contains(out, want) {
					t.Errorf("the client does not print %s:\n%s", want, out)
				}
			}
			if out := runClient(t, b, tt.command, "wrong", "wrong"); !strings.Contains(out, tt.refusal) {
				t.Errorf("with wrong credentials the client does not print %s:\n%s", tt.refusal, out)
			}
		})
	}
}

// runClient runs a client and returns its output. It ignores the exit status.
func runClient(t *testing.T, b *bench, command []string, code, secret string) string {
	t.Helper()
	program, err := exec.LookPath(command[0])
	if err != nil {
		testenv.Missing(t, "install %s; on Debian: apt-get install php-cli php-curl python3", command[0])
	}
	args := []string{command[1], b.url, filepath.Join("..", "cards", "specimen-front.jpg")}
	cmd := exec.CommandContext(t.Context(), program, append(args, command[2:]...)...)
	cmd.Dir = filepath.Join("..", "..", "..", "examples", "clients")
	cmd.Env = append(os.Environ(), "APP_CODE="+code, "APP_ID="+appID, "APP_SECRET="+secret, "no_proxy=*")
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if problems.Len() > 0 {
		t.Errorf("the client complains:\n%s", problems.String())
	}
	b.clean(t, "the client's output", out.String())
	return out.String()
}
