package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/ocrmux/ocrmux/engine/process"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// Bounds of what the machine should have.
const (
	// scarce and tight are of free bytes where the state grows: its files are bounded by about 1.1 GiB.
	scarce = 2 << 30
	tight  = 100 << 20
	// enoughFiles are open files: one for each caller's connection, one for each exchange with a vendor.
	enoughFiles = 4096
)

// machine looks at folders, disks and limits of this machine.
func (c *Case) machine() []Finding {
	var findings []Finding
	if dir := c.Config.WASM.CacheDir; dir != "" {
		findings = append(findings, cache(dir))
	}
	findings = append(findings, guarded(c.Config.Engine.Plugins)...)
	if s := c.Config.State; s != nil && s.Dir != "" {
		findings = append(findings, disk(s.Dir))
	}
	return append(append(findings, c.confinement()...), openFiles())
}

// confinement is asked for where there is a subprocess plugin.
func (c *Case) confinement() []Finding {
	found, err := catalog.Find(c.Config.Engine.Plugins)
	if err != nil || !slices.ContainsFunc(found, func(f catalog.Found) bool { return f.Plugin.Kind == catalog.Process }) {
		return nil // a folder that cannot be read has been found already
	}
	const help = "load only subprocesses whose source you trust, run the gateway as a user of its own, and see docs/security.md"
	if c.Config.Process.Confinement == process.ConfineOff {
		return []Finding{warn("plugins", "confinement", "subprocesses may do what their user may: plugins.confine is off", help)}
	}
	switch err := process.CanConfine(); {
	case err == nil:
		return []Finding{good("plugins", "confinement", "subprocesses have no network, no files but their own and no other process")}
	case c.Config.Process.Confinement == process.ConfineRequired:
		return []Finding{bad("plugins", "confinement", err.Error(), "without plugins.confine: required they would start all the same")}
	default:
		return []Finding{warn("plugins", "confinement", err.Error(), help)}
	}
}

// cache is needed by no call: without it every start compiles anew.
func cache(dir string) Finding {
	err := writable(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err = writable(existing(dir)); err == nil {
			return good("folders", dir, "is not there yet; the first start makes it")
		}
	}
	if err != nil {
		return warn("folders", dir, "compiled plugins cannot be kept: "+reason(err), "name another folder with plugins.cache_dir, or none with \"\"")
	}
	if info, err := os.Stat(dir); err == nil && permissionsMatter() && info.Mode().Perm()&0o022 != 0 {
		return bad("folders", dir, fmt.Sprintf("others can change compiled plugins, which are run as they are (%#o)", info.Mode().Perm()), "chmod 700, and remove what is in it")
	}
	return good("folders", dir, "takes compiled plugins")
}

// guarded holds the folder of plugins to belong to those who may approve plugins: whoever can write it can approve its own.
func guarded(dir string) []Finding {
	info, err := os.Stat(dir)
	if err != nil {
		return nil // another check reports a missing folder
	}
	if !permissionsMatter() {
		return []Finding{notChecked("folders", dir, "doctor does not read access rights on this system: let only administrators change plugins")}
	}
	if mode := info.Mode().Perm(); mode&0o002 != 0 {
		return []Finding{bad("folders", dir, fmt.Sprintf("every user of this machine can change plugins and their lock (%#o)", mode), "chmod o-w")}
	}
	return []Finding{good("folders", dir, "only its owner and group change plugins")}
}

func disk(dir string) Finding {
	free, err := freeBytes(existing(dir))
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return notChecked("disk", dir, "this system is not asked for free space")
	case err != nil:
		return warn("disk", dir, "the free space is not known: "+err.Error(), "")
	}
	detail := fmt.Sprintf("%d MiB are free", free>>20)
	switch {
	case free < tight:
		return bad("disk", dir, detail, "make room: without it nothing can be reserved from budgets, and calls that need it are refused")
	case free < scarce:
		return warn("disk", dir, detail, "make room: the state may grow to 1.1 GiB")
	default:
		return good("disk", dir, detail)
	}
}

func openFiles() Finding {
	n, err := maxOpenFiles()
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return notChecked("limits", "open files", "this system has no such limit, or is not asked")
	case err != nil:
		return warn("limits", "open files", "the limit is not known: "+err.Error(), "")
	case n < enoughFiles:
		return warn("limits", "open files", fmt.Sprintf("at most %d", n), fmt.Sprintf("ulimit -n %d, or LimitNOFILE= of the service: every caller and every call of a vendor takes one", enoughFiles))
	default:
		return good("limits", "open files", fmt.Sprintf("at most %d", n))
	}
}

// writable makes a file in a folder and removes it.
func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".probe-")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// existing is the folder itself or the nearest one above it that is there.
func existing(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil || filepath.Dir(dir) == dir {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

// reason is why a file operation failed, without the path, which stands beside it.
func reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}
