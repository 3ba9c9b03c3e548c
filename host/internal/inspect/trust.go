package inspect

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
)

// Signature describes a plugin's signature. It does not say whether the key is trusted.
type Signature struct {
	State SignatureState `json:"state"`
	// KeyID is the ID of the signing key, empty unless the state is Signed.
	KeyID string `json:"key_id,omitempty"`
	// Problem says what is wrong with a bad signature.
	Problem string `json:"problem,omitempty"`
}

// SignatureState says whether a plugin is signed.
type SignatureState string

// The states of a signature.
const (
	Signed       SignatureState = "signed"
	Unsigned     SignatureState = "unsigned"
	BadSignature SignatureState = "bad"
)

// String describes the signature in a few words.
func (s Signature) String() string {
	switch s.State {
	case Signed:
		return "signed by " + s.KeyID
	case BadSignature:
		return "bad signature: " + s.Problem
	default:
		return "not signed"
	}
}

// SignatureOf reads and verifies the signature beside a plugin.
func SignatureOf(p catalog.Plugin) Signature {
	s, err := trust.ReadSignature(p)
	if err == nil {
		err = s.Verify(p)
	}
	var refused *catalog.PluginError
	switch {
	case err == nil:
		return Signature{State: Signed, KeyID: trust.KeyID(s.Key)}
	case errors.As(err, &refused) && refused.Cause == catalog.NotSigned:
		return Signature{State: Unsigned}
	case errors.As(err, &refused):
		return Signature{State: BadSignature, Problem: refused.Detail.String()}
	default:
		return Signature{State: BadSignature, Problem: err.Error()}
	}
}

// lockOf describes what the lock of the plugin's folder says about it.
func lockOf(p catalog.Plugin) string {
	lock, err := trust.ReadLock(filepath.Dir(p.Path))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no " + trust.LockFile + " in its folder"
	case err != nil:
		return err.Error()
	}
	change, differs := lock.Change(p)
	switch {
	case !differs:
		return "approved in " + trust.LockFile
	case change.Before == nil:
		return "not in " + trust.LockFile
	default:
		return "differs from its approval in " + trust.LockFile
	}
}
