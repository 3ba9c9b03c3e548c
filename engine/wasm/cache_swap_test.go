package wasm_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

//attack:supply-cache entries that were swapped with their checksums
func TestCacheEntriesThatWereSwappedAreCompiledAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	use := func() { serve(t, dir, "good", "reply_sizes_vary") }
	use()
	sums, err := filepath.Glob(filepath.Join(dir, "wazero-*", "*.crc32c"))
	if err != nil || len(sums) != 2 {
		t.Fatalf("the cache has %v, %v", sums, err)
	}
	first, second := sums[0][:len(sums[0])-len(".crc32c")], sums[1][:len(sums[1])-len(".crc32c")]
	before, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", ".crc32c"} {
		if err := errors.Join(os.Rename(first+suffix, dir+"/swap"), os.Rename(second+suffix, first+suffix), os.Rename(dir+"/swap", second+suffix)); err != nil {
			t.Fatal(err)
		}
	}
	use()
	if after, err := os.ReadFile(first); err != nil || string(after) != string(before) {
		t.Errorf("the entry was not written again (error %v)", err)
	}
}
