package trust_test

import (
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/internal/catalog/trust"
)

//attack:supply-text a lock with a letter that looks like another, and with one that nobody sees
func TestALockShowsEveryCharacterToAReviewer(t *testing.T) {
	t.Parallel()
	lock := &trust.Lock{Entries: []trust.Entry{{Name: "a", Kind: "wasm", Version: "1.0.0", Capabilities: []string{"may call https://\u0430pi.example", "may call https://\u202eb.example"}}}}
	text, err := lock.Text()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range string(text) {
		if r > '~' || r < ' ' && r != '\n' {
			t.Errorf("%U is in the lock", r)
		}
	}
	back, err := trust.ParseLock(text)
	if err != nil || back.Entries[0].Capabilities[0] != lock.Entries[0].Capabilities[0] {
		t.Errorf("got %v, %v", back, err)
	}
	raw := strings.ReplaceAll(string(text), `\u0430`, "\u0430")
	if _, err := trust.ParseLock([]byte(raw)); err == nil {
		t.Error("a lock with a letter that looks like another is read")
	}
}
