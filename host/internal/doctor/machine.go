package doctor

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/ocrmux/ocrmux/engine/process"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// Limits below which the doctor warns about the machine.
const (
	// scarce and tight are free bytes on the disk of the state, whose files grow to about 1.1 GiB.
	scarce = 2 << 30
	tight  = 100 << 20
	// enoughFiles is a number of open files: each caller's connection and each exchange with a vendor needs one.
	enoughFiles = 4096
)

// machine examines the folders, disks and limits of this machine.
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

// confinement examines whether subprocess plugins can be confined. It finds nothing if there are none.
func (c *Case) confinement() []Finding {
	found, err := catalog.Find(c.Config.Engine.Plugins)
	if err != nil || !slices.ContainsFunc(found, func(f catalog.Found) bool { return f.Plugin.Kind == catalog.Process }) {
		return nil // c.plugins reports a folder that cannot be read
	}
	means := process.Examine()
	findings := []Finding{c.memory(means)}
	help := message.New(message.HelpConfine)
	if c.Config.Process.Confinement == process.ConfineOff {
		return append(findings, warn("plugins", "confinement", message.New(message.FindingConfinementOff), help))
	}
	switch err := means.Unconfined; {
	case err == nil:
		findings = append(findings, good("plugins", "confinement", message.New(message.FindingConfined)))
	case c.Config.Process.Confinement == process.ConfineRequired:
		findings = append(findings, bad("plugins", "confinement", message.Error(err), message.New(message.HelpNotRequired)))
	default:
		findings = append(findings, warn("plugins", "confinement", message.Error(err), help))
	}
	switch {
	case means.Namespaces:
		return append(findings, good("plugins", "lifetime", message.New(message.FindingLifeNamespace)))
	case means.Unconfined == nil:
		return append(findings, good("plugins", "lifetime", message.New(message.FindingLifeAlone)))
	default:
		return append(findings, warn("plugins", "lifetime", message.New(message.FindingLifeOpen), help))
	}
}

// memory says what keeps subprocesses to plugins.memory.
func (c *Case) memory(means process.Means) Finding {
	mebibytes := cmp.Or(c.Config.Process.Memory, process.DefaultMemory) >> 20
	switch {
	case means.Group:
		return good("plugins", "memory", message.New(message.FindingMemoryGroup, "mebibytes", mebibytes))
	case means.Watched:
		return good("plugins", "memory", message.New(message.FindingMemoryWatched, "mebibytes", mebibytes))
	default:
		return warn("plugins", "memory", message.New(message.FindingMemoryOpen), message.New(message.HelpDelegate))
	}
}

// cache examines the folder of compiled plugins. Calls do not need it, but without it every start compiles all plugins.
func cache(dir string) Finding {
	err := writable(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err = writable(existing(dir)); err == nil {
			return good("folders", dir, message.New(message.FindingNotThere))
		}
	}
	if err != nil {
		return warn("folders", dir, message.New(message.FindingCacheUnusable, "reason", reason(err)), message.New(message.HelpCacheFolder))
	}
	if info, err := os.Stat(dir); err == nil && permissionsMatter() && info.Mode().Perm()&0o022 != 0 {
		return bad("folders", dir, message.New(message.FindingCacheWritable, "mode", octal(info)), message.New(message.HelpCacheMode))
	}
	return good("folders", dir, message.New(message.FindingCacheGood))
}

// guarded checks who can change the folder of plugins: a user who can write it can also approve plugins.
func guarded(dir string) []Finding {
	info, err := os.Stat(dir)
	if err != nil {
		return nil // another check reports a missing folder
	}
	if !permissionsMatter() {
		return []Finding{notChecked("folders", dir, message.New(message.FindingRightsUnsupported))}
	}
	if info.Mode().Perm()&0o002 != 0 {
		return []Finding{bad("folders", dir, message.New(message.FindingPluginsOpen, "mode", octal(info)), message.New(message.HelpPluginsMode))}
	}
	return []Finding{good("folders", dir, message.New(message.FindingPluginsGuarded))}
}

func disk(dir string) Finding {
	free, err := freeBytes(existing(dir))
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return notChecked("disk", dir, message.New(message.FindingFreeUnsupported))
	case err != nil:
		return warn("disk", dir, message.New(message.FindingFreeUnknown, "reason", err.Error()), message.Message{})
	}
	detail := message.New(message.FindingFree, "mebibytes", free>>20)
	switch {
	case free < tight:
		return bad("disk", dir, detail, message.New(message.HelpNoRoom))
	case free < scarce:
		return warn("disk", dir, detail, message.New(message.HelpLittleRoom))
	default:
		return good("disk", dir, detail)
	}
}

func openFiles() Finding {
	n, err := maxOpenFiles()
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return notChecked("limits", "open files", message.New(message.FindingFilesUnsupported))
	case err != nil:
		return warn("limits", "open files", message.New(message.FindingFilesUnknown, "reason", err.Error()), message.Message{})
	case n < enoughFiles:
		return warn("limits", "open files", message.New(message.FindingFiles, "most", n), message.New(message.HelpOpenFiles, "enough", strconv.Itoa(enoughFiles)))
	default:
		return good("limits", "open files", message.New(message.FindingFiles, "most", n))
	}
}

// writable creates a file in a folder and removes it.
func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".probe-")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// existing returns the folder, or its nearest parent that exists.
func existing(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil || filepath.Dir(dir) == dir {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

// reason returns why a file operation failed, without the path, which is the finding's subject.
func reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

// octal returns a file's permissions as chmod takes them.
func octal(info fs.FileInfo) string { return fmt.Sprintf("%#o", info.Mode().Perm()) }
