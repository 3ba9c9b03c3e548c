package sealedcache

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

type card struct{ Name, Document string }

func open(t *testing.T, change func(*Config)) *Cache[card] {
	t.Helper()
	cfg := Config{Entries: 2, TTL: time.Hour, Now: time.Now, Random: rand.Reader}
	if change != nil {
		change(&cfg)
	}
	c, err := New[card](cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func name(s string) [][]byte { return [][]byte{[]byte(s)} }

func TestWhatIsKeptShowsNothing(t *testing.T) {
	c := open(t, nil)
	tenant, picture := []byte("a tenant by name"), []byte("the picture")
	key := c.Key([][]byte{tenant}, picture)
	if err := c.Put(key, card{"样本人", "cn.idcard"}); err != nil {
		t.Fatal(err)
	}
	if c.entries.Len() != 1 {
		t.Fatalf("%d entries", c.entries.Len())
	}
	kept, e, _ := c.entries.GetOldest()
	for where, kept := range map[string][]byte{"text": e.sealed, "name": kept[:], "nonce": e.nonce} {
		for what, clear := range map[string][]byte{
			"the name": []byte("样本人"), "the document": []byte("cn.idcard"), "the picture": picture, "the tenant": tenant,
			"what opens it": key.cipher[:], "a part of what opens it": key.cipher[:8],
		} {
			if bytes.Contains(kept, clear) {
				t.Errorf("the %s shows %s", where, what)
			}
		}
	}
	if bytes.Contains(c.secret[:], key.cipher[:8]) || key.name == key.cipher {
		t.Error("what opens it is kept")
	}
	if got, err := c.Get(key); err != nil || got.Name != "样本人" {
		t.Errorf("it opens to %+v, %v", got, err)
	}
	if _, err := c.Get(c.Key([][]byte{tenant}, []byte("another picture"))); !errors.Is(err, ErrWrongKey) {
		t.Errorf("another key: %v", err)
	}
	e.sealed[0]++
	if _, err := c.Get(key); !errors.Is(err, ErrWrongKey) {
		t.Errorf("after it was changed: %v", err)
	}
	if err := c.Put(key, card{}); err != nil {
		t.Fatal(err)
	}
	if _, again, _ := c.entries.GetOldest(); c.entries.Len() != 1 || bytes.Equal(again.nonce, e.nonce) {
		t.Errorf("%d entries, and the nonce was used again: %v", c.entries.Len(), bytes.Equal(again.nonce, e.nonce))
	}
}

func TestPartsOfANameDoNotRunIntoEachOther(t *testing.T) {
	c := open(t, nil)
	one, other := c.Key([][]byte{[]byte("ab"), []byte("c")}), c.Key([][]byte{[]byte("a"), []byte("bc")})
	if one.name == other.name || one.cipher == other.cipher {
		t.Error("two names have one key")
	}
}

func TestAnEntryIsKeptForItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, nil)
		first, second := c.Key(name("first")), c.Key(name("second"))
		put(t, c, first)
		time.Sleep(time.Hour - 1)
		put(t, c, second)
		if _, err := c.Get(first); err != nil {
			t.Errorf("just before its end: %v", err)
		}
		time.Sleep(time.Nanosecond)
		if _, err := c.Get(first); !errors.Is(err, ErrNotFound) {
			t.Errorf("at its end: %v", err)
		}
		if _, err := c.Get(second); err != nil {
			t.Errorf("the second: %v", err)
		}
		time.Sleep(time.Hour)
		if _, err := c.Get(first); !errors.Is(err, ErrNotFound) || c.entries.Len() != 0 || c.bytes != 0 {
			t.Errorf("%v; %d entries of %d bytes are left although nobody asked for them", err, c.entries.Len(), c.bytes)
		}
	})
}

func TestTheLeastRecentlyUsedMakesRoom(t *testing.T) {
	for what, get := range map[string]func(*Cache[card], Key) (card, error){"get": (*Cache[card]).Get, "peek": (*Cache[card]).Peek} {
		c := open(t, nil)
		for _, s := range []string{"a", "b"} {
			put(t, c, c.Key(name(s)))
		}
		if _, err := get(c, c.Key(name("a"))); err != nil {
			t.Error(err)
		}
		put(t, c, c.Key(name("c")))
		_, err := c.Peek(c.Key(name("a")))
		if kept := err == nil; kept != (what == "get") {
			t.Errorf("after %s the oldest entry is kept: %v", what, kept)
		}
	}
}

func TestBytesAreBounded(t *testing.T) {
	one := open(t, nil)
	put(t, one, one.Key(name("x")))
	c := open(t, func(cfg *Config) { cfg.Entries, cfg.Bytes = 100, 3*one.bytes })
	for i := range 20 {
		put(t, c, c.Key(name(fmt.Sprint(i))))
		put(t, c, c.Key(name(fmt.Sprint(i)))) // replaced, and counted once
	}
	if c.entries.Len() != 3 || c.bytes != 3*one.bytes {
		t.Errorf("%d entries of %d bytes", c.entries.Len(), c.bytes)
	}
}

func TestNothingIsKeptWithoutRoomOrTime(t *testing.T) {
	for what, change := range map[string]func(*Config){"room": func(c *Config) { c.Entries = 0 }, "time": func(c *Config) { c.TTL = 0 }} {
		c := open(t, change)
		put(t, c, c.Key(name("x")))
		if _, err := c.Get(c.Key(name("x"))); c.Enabled() || !errors.Is(err, ErrNotFound) {
			t.Errorf("without %s: enabled %v, %v", what, c.Enabled(), err)
		}
	}
}

func TestThereIsNoCacheWithoutRandomness(t *testing.T) {
	_, err := New[card](Config{Entries: 1, TTL: time.Hour, Now: time.Now, Random: bytes.NewReader(nil)})
	if err == nil || !strings.Contains(err.Error(), "randomness") {
		t.Error(err)
	}
}

func put(t *testing.T, c *Cache[card], key Key) {
	t.Helper()
	if err := c.Put(key, card{Name: "样本人"}); err != nil {
		t.Fatal(err)
	}
}
