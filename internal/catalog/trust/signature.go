package trust

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/ocrmux/ocrmux/internal/boundedread"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// SignatureSuffix is added to the name of a plugin's file: jumdata.wasm.sig, or local.sig for an executable.
const SignatureSuffix = ".sig"

// MaxSignatureBytes bounds the file of a signature.
const MaxSignatureBytes = 16 << 10

const (
	signatureVersion   = 1
	signatureAlgorithm = "ed25519"
	// statementHead keeps a signature of ours from meaning anything elsewhere, and the other way round.
	statementHead = "ocrmux plugin signature v1"
)

// Signature is the signature of a plugin by a key.
type Signature struct {
	Key   ed25519.PublicKey
	Bytes []byte
}

// signatureText is a signature as it is written.
type signatureText struct {
	Version   int    `json:"version"`
	Algorithm string `json:"algorithm"`
	KeyID     string `json:"key_id"`
	PublicKey string `json:"public_key"`
	Signature string `json:"signature"`
}

// Statement returns what is signed: lines of text that name the plugin, its kind, its version and the SHA-256 of each of its files.
//
//	ocrmux plugin signature v1
//	name jumdata
//	version 1.0.0
//	kind wasm
//	sha256 7d865e95…
//	manifest-sha256 …      (only where the manifest is a file of its own)
func Statement(p catalog.Plugin) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nname %s\nversion %s\nkind %s\nsha256 %s\n", statementHead, p.Manifest.Name, p.Manifest.Version, p.Kind, hex.EncodeToString(p.SHA256[:]))
	if p.ManifestFile != nil {
		fmt.Fprintf(&b, "manifest-sha256 %s\n", hexSHA256(p.ManifestFile))
	}
	return b.Bytes()
}

// Sign signs a plugin.
func Sign(key ed25519.PrivateKey, p catalog.Plugin) Signature {
	return Signature{Key: key.Public().(ed25519.PublicKey), Bytes: ed25519.Sign(key, Statement(p))}
}

// SignaturePath returns the path of the signature of a plugin, beside its file.
func SignaturePath(p catalog.Plugin) string { return p.Path + SignatureSuffix }

// Text returns the signature as it is written in its file.
func (s Signature) Text() ([]byte, error) {
	encode := base64.StdEncoding.EncodeToString
	return indented(signatureText{signatureVersion, signatureAlgorithm, KeyID(s.Key), encode(s.Key), encode(s.Bytes)})
}

// Write puts the signature beside its plugin, as a whole or not at all.
func (s Signature) Write(p catalog.Plugin) error {
	text, err := s.Text()
	if err != nil {
		return err
	}
	return writeWhole(SignaturePath(p), text, 0o644)
}

// ParseSignature reads a signature. It takes only what [Signature.Text] writes, byte for byte but for the ends of lines.
func ParseSignature(text []byte) (Signature, error) {
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	var t signatureText
	if err := json.Unmarshal(text, &t); err != nil {
		return Signature{}, fmt.Errorf("the signature is not JSON of the expected form: %w", err)
	}
	switch {
	case t.Version != signatureVersion:
		return Signature{}, fmt.Errorf("the signature is of version %d, this program knows version %d", t.Version, signatureVersion)
	case t.Algorithm != signatureAlgorithm:
		return Signature{}, fmt.Errorf("the signature's algorithm is not %s", signatureAlgorithm)
	}
	key, err1 := base64.StdEncoding.DecodeString(t.PublicKey)
	value, err2 := base64.StdEncoding.DecodeString(t.Signature)
	if err1 != nil || err2 != nil || len(key) != ed25519.PublicKeySize || len(value) != ed25519.SignatureSize {
		return Signature{}, errors.New("the signature or its key is not base64 of the right length")
	}
	s := Signature{Key: key, Bytes: value}
	canonical, err := s.Text()
	if err != nil {
		return Signature{}, err
	}
	if !bytes.Equal(canonical, text) {
		return Signature{}, errors.New("the signature's file is not as ocrmux plugin sign writes it")
	}
	return s, nil
}

// ReadSignature reads the signature beside a plugin. The error is a *catalog.PluginError with the cause NotSigned when there
// is none and BadSignature when it cannot be read.
func ReadSignature(p catalog.Plugin) (Signature, error) {
	path := SignaturePath(p)
	text, err := boundedread.File(path, MaxSignatureBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return Signature{}, &catalog.PluginError{Plugin: p.Manifest.Name, Cause: catalog.NotSigned, Err: err,
			Detail: message.New(message.PluginUnsigned, "file", filepath.Base(path))}
	}
	if err != nil {
		return Signature{}, badSignature(p, boundedread.WithoutPath(err))
	}
	s, err := ParseSignature(text)
	if err != nil {
		return Signature{}, badSignature(p, err)
	}
	return s, nil
}

// Verify reports whether the signature is of this plugin by the key it names; whether that key is to be trusted is another
// question. The error is a *catalog.PluginError with the cause BadSignature.
func (s Signature) Verify(p catalog.Plugin) error {
	if len(s.Key) != ed25519.PublicKeySize || !ed25519.Verify(s.Key, Statement(p), s.Bytes) {
		return badSignature(p, message.NewError(message.New(message.PluginSignatureChanged, "key", KeyID(s.Key)), nil))
	}
	return nil
}

func badSignature(p catalog.Plugin, err error) error {
	return &catalog.PluginError{Plugin: p.Manifest.Name, Cause: catalog.BadSignature, Err: err,
		Detail: message.New(message.PluginSignatureBad, "file", filepath.Base(SignaturePath(p)), "reason", message.Error(err))}
}
