package cli

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/internal/boundedread"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
)

// maxKeyBytes limits the size of a key file.
const maxKeyBytes = 64 << 10

func (p *Program) keygenCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "keygen FILE",
		Short:   "Create a key pair for signing plugins: FILE is the private key, FILE.pub the public one",
		Example: "  ocrmux plugin keygen release.pem",
		Args:    oneArgument("the file of the private key"),
		RunE:    func(_ *cobra.Command, args []string) error { return p.keygen(args[0]) },
	}
}

func (p *Program) keygen(path string) error {
	private, public, id, err := trust.GenerateKey(rand.Reader)
	if err != nil {
		return internal(err)
	}
	if err := writeNew(path, private, 0o600); err != nil {
		return usage(err)
	}
	if err := writeNew(path+".pub", public, 0o644); err != nil {
		return usage(errors.Join(err, os.Remove(path)))
	}
	_, err = fmt.Fprintf(p.Stdout, "%s: the private key for signing; keep it secret\n%s.pub: the public key %s; add it to the trusted keys\n", path, path, id)
	return internal(err)
}

// writeNew creates a file. It fails if the file exists.
func writeNew(path string, text []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists already and is not overwritten", path)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

func (p *Program) signCommand() *cobra.Command {
	var key string
	cmd := &cobra.Command{
		Use:     "sign --key FILE PLUGIN…",
		Short:   "Sign plugins with an ed25519 key",
		Example: "  ocrmux plugin sign --key release.pem plugins/jumdata.wasm",
		Args:    someArguments("the plugins to sign"),
		RunE:    func(_ *cobra.Command, args []string) error { return p.sign(key, args) },
	}
	cmd.Flags().StringVar(&key, "key", "", "`file` of the private key: PEM, PKCS#8, without a passphrase")
	return cmd
}

func (p *Program) sign(keyFile string, paths []string) error {
	if keyFile == "" {
		return usage(errors.New("--key FILE is missing; create a key with ocrmux plugin keygen FILE"))
	}
	text, err := boundedread.File(keyFile, maxKeyBytes)
	if err != nil {
		return usage(fmt.Errorf("--key %s: %w", keyFile, boundedread.WithoutPath(err)))
	}
	key, err := trust.ParsePrivateKey(text)
	if err != nil {
		return usage(fmt.Errorf("--key %s: %w", keyFile, err))
	}
	plugins, err := readPlugins(paths)
	if err != nil {
		return err
	}
	for _, plugin := range plugins {
		signature := trust.Sign(key, plugin)
		if err := signature.Write(plugin); err != nil {
			return internal(err)
		}
		if _, err := fmt.Fprintf(p.Stdout, "%s: %s %s, signed by %s\n", trust.SignaturePath(plugin), plugin.Manifest.Name, plugin.Manifest.Version, trust.KeyID(signature.Key)); err != nil {
			return internal(err)
		}
	}
	return nil
}

func (p *Program) verifyCommand() *cobra.Command {
	var keys []string
	cmd := &cobra.Command{
		Use:   "verify [--key PUB]… PLUGIN…",
		Short: "Verify the signatures of plugins",
		Long:  "Verifies that one of the keys signed each plugin. Without --key, the trusted keys of the configuration count.",
		Args:  someArguments("the plugins to verify"),
		RunE:  func(cmd *cobra.Command, args []string) error { return p.verify(cmd, keys, args) },
	}
	configFlags(cmd)
	cmd.Flags().StringArrayVar(&keys, "key", nil, "`file` of a public key: PEM, PKIX; may be repeated")
	return cmd
}

func (p *Program) verify(cmd *cobra.Command, keyFiles, paths []string) error {
	policy, err := p.trusted(cmd, keyFiles)
	if err != nil {
		return err
	}
	if len(policy.Keys) == 0 {
		return usage(errors.New("no key is trusted; use --key FILE, or set plugins.trusted_keys"))
	}
	plugins, err := readPlugins(paths)
	if err != nil {
		return err
	}
	var refused []error
	for i, plugin := range plugins {
		key, err := policy.Signer(plugin)
		if err != nil {
			refused = append(refused, err)
			continue
		}
		if _, err := fmt.Fprintf(p.Stdout, "%s: %s %s, signed by %s\n", paths[i], plugin.Manifest.Name, plugin.Manifest.Version, trust.KeyID(key)); err != nil {
			return internal(err)
		}
	}
	if err := errors.Join(refused...); err != nil {
		return usage(err)
	}
	return nil
}

// trusted returns the keys in the files or, without files, the trusted keys of the configuration.
func (p *Program) trusted(cmd *cobra.Command, files []string) (trust.Policy, error) {
	if len(files) == 0 {
		cfg, err := p.loadPlugins(cmd)
		if err != nil {
			return trust.Policy{}, err
		}
		return trust.Policy{Keys: cfg.Engine.TrustedKeys}, nil
	}
	var keys []ed25519.PublicKey
	for _, file := range files {
		text, err := boundedread.File(file, maxKeyBytes)
		if err != nil {
			return trust.Policy{}, usage(fmt.Errorf("--key %s: %w", file, boundedread.WithoutPath(err)))
		}
		key, err := trust.ParsePublicKey(text)
		if err != nil {
			return trust.Policy{}, usage(fmt.Errorf("--key %s: %w", file, err))
		}
		keys = append(keys, key)
	}
	return trust.Policy{Keys: keys}, nil
}

// readPlugins reads plugins. It fails if one of them is invalid.
func readPlugins(paths []string) ([]catalog.Plugin, error) {
	var out []catalog.Plugin
	var wrong []error
	for _, path := range paths {
		f := catalog.File(path)
		if f.Err != nil {
			wrong = append(wrong, f.Err)
			continue
		}
		out = append(out, f.Plugin)
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, usage(err)
	}
	return out, nil
}

// someArguments requires at least one argument.
func someArguments(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return nil
		}
		return usage(fmt.Errorf("no arguments are given, want %s; see %s --help", what, cmd.CommandPath()))
	}
}
