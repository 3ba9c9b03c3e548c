package engine

import (
	"bytes"
	"crypto/rand"
	"testing"
	"time"
)

func TestWhatIsKeptOfAResultShowsNothingOfIt(t *testing.T) {
	r, err := newResults(ResultCache{Entries: 2, TTL: time.Hour}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	request := &Request{Tenant: "a tenant by name", Route: "default"}
	picture := []byte("the picture")
	key := r.key(request, picture)
	r.put(key, &Recognition{Document: "cn.idcard", Fields: map[string]Field{"name": {Value: "样本人", Text: "样本人", Provider: "actor"}}}, now)
	if len(r.entries) != 1 || r.recent.Len() != 1 {
		t.Fatalf("%d entries", len(r.entries))
	}
	s := r.recent.Front().Value.(*sealed)
	for where, kept := range map[string][]byte{"text": s.text, "name": s.name[:], "nonce": s.nonce} {
		for what, clear := range map[string][]byte{
			"the name": []byte("样本人"), "the document": []byte("cn.idcard"), "the picture": picture, "the tenant": []byte(request.Tenant),
			"what opens it": key.cipher[:], "a part of what opens it": key.cipher[:8],
		} {
			if bytes.Contains(kept, clear) {
				t.Errorf("the %s shows %s", where, what)
			}
		}
	}
	if bytes.Contains(r.secret[:], key.cipher[:8]) || key.name == key.cipher {
		t.Error("what opens it is kept")
	}
	if got := r.get(key, now); got == nil || got.Fields["name"].Value != "样本人" {
		t.Errorf("it opens to %+v", got)
	}
	other := key
	other.cipher[0]++
	if r.get(other, now) != nil {
		t.Error("another key opens it")
	}
	s.text[0]++
	if r.get(key, now) != nil {
		t.Error("it opens although it was changed")
	}
	r.put(key, &Recognition{}, now)
	if again := r.recent.Front().Value.(*sealed); len(r.entries) != 1 || bytes.Equal(again.nonce, s.nonce) {
		t.Errorf("%d entries, and the nonce was used again: %v", len(r.entries), bytes.Equal(again.nonce, s.nonce))
	}
}
