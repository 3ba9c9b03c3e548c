package trust

import (
	"cmp"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// Policy says what a plugin must show to be loaded. Its zero value wants the lock and no signature.
type Policy struct {
	// Unlocked loads plugins that the lock does not approve.
	Unlocked bool
	// Keys are trusted. With at least one, a plugin needs a signature of one of them.
	Keys []ed25519.PublicKey
}

// Validate notes at each plugin of a folder why it may not be loaded: a *catalog.PluginError with the cause NotLocked,
// NotApproved, WrongChecksum, NotSigned or BadSignature. Plugins that have an error already keep it. It fails when there is a
// lock that cannot be read; nothing may be loaded then.
func (p Policy) Validate(dir string, found []catalog.Found) error {
	lock, missing := &Lock{}, false
	if !p.Unlocked {
		var err error
		lock, err = ReadLock(dir)
		missing = errors.Is(err, fs.ErrNotExist)
		if err != nil && !missing {
			return err
		}
	}
	for i, f := range found {
		if f.Err != nil {
			continue
		}
		if !p.Unlocked {
			found[i].Err = lock.refusal(f.Plugin, missing)
		}
		if found[i].Err == nil && len(p.Keys) > 0 {
			_, found[i].Err = p.Signer(f.Plugin)
		}
	}
	return nil
}

// refusal returns why a lock does not let a plugin be loaded, a *catalog.PluginError, or nil.
func (l *Lock) refusal(p catalog.Plugin, missing bool) error {
	c, differs := l.Change(p)
	if !differs {
		return nil
	}
	refuse := func(cause catalog.Cause, code message.Code, pairs ...any) error {
		return &catalog.PluginError{Plugin: c.Name, Cause: cause, Detail: message.New(code, append(pairs, "lock", LockFile)...)}
	}
	switch {
	case missing:
		return refuse(catalog.NotLocked, message.PluginLockMissing)
	case c.Before == nil:
		return refuse(catalog.NotLocked, message.PluginLockUnlisted)
	case len(c.Granted) > 0:
		return refuse(catalog.NotApproved, message.PluginLockWantsMore, "capabilities", strings.Join(c.Granted, "; "))
	case c.After.sameCode(*c.Before) && len(c.Files) > 0:
		return refuse(catalog.WrongChecksum, message.PluginLockBrought, "file", c.Files[0].Path)
	case c.After.sameBytes(*c.Before):
		return refuse(catalog.NotApproved, message.PluginLockCapabilities)
	default:
		return refuse(catalog.WrongChecksum, message.PluginLockBytes)
	}
}

// Signer returns the trusted key that signed a plugin. The error is a *catalog.PluginError with the cause NotSigned, also if the
// key is not trusted, or BadSignature.
func (p Policy) Signer(plugin catalog.Plugin) (ed25519.PublicKey, error) {
	signature, err := ReadSignature(plugin)
	if err == nil {
		err = signature.Verify(plugin)
	}
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(p.Keys, func(k ed25519.PublicKey) bool { return k.Equal(signature.Key) }) {
		return nil, &catalog.PluginError{Plugin: plugin.Manifest.Name, Cause: catalog.NotSigned,
			Detail: message.New(message.PluginSignedByStranger, "key", KeyID(signature.Key))}
	}
	return signature.Key, nil
}

func sortByName(changes []Change) {
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.Name, b.Name) })
}

func hexSHA256(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
