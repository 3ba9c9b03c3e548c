package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/server"
)

// certificate writes a certificate and its key into a folder. It is self-signed unless there is a parent.
func certificate(t *testing.T, dir, name string, parent *tls.Certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: parent == nil, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	signer, signerKey := template, any(key)
	if parent != nil {
		signer, signerKey = parent.Leaf, parent.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer, &key.PublicKey, signerKey)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert, secret := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
	if err := errors.Join(os.WriteFile(filepath.Join(dir, name+".pem"), cert, 0o600), os.WriteFile(filepath.Join(dir, name+".key"), secret, 0o600)); err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(cert, secret)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

func TestTLSIdentifiesTenantsAndReloadsFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	authority := certificate(t, dir, "authority", nil)
	certificate(t, dir, "server", &authority)
	client := certificate(t, dir, "bank.example", &authority)
	stranger := certificate(t, dir, "stranger", nil)
	at := func(name string) string { return filepath.Join(dir, name) }
	b := openWith(t, withoutDoors, func(c *server.Config) {
		c.TLS = &server.TLS{Cert: at("server.pem"), Key: at("server.key"), ClientCA: at("authority.pem")}
		c.Tenants = []access.Config{{Name: "bank", Keys: keys(bankKey), Certificates: []string{"bank.example"}}}
	})
	roots := x509.NewCertPool()
	roots.AddCert(authority.Leaf)
	ask := func(key string, certificates ...tls.Certificate) (status int, serial string, err error) {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: certificates}, ForceAttemptHTTP2: true}
		defer transport.CloseIdleConnections()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.Replace(b.url, "http:", "https:", 1)+"/v1/routes", nil)
		if err != nil {
			t.Fatal(err)
		}
		if key != "" {
			r.Header.Set("X-API-Key", key)
		}
		response, err := transport.RoundTrip(r)
		if err != nil {
			return 0, "", err
		}
		if response.ProtoMajor != 2 {
			t.Errorf("it speaks %s", response.Proto)
		}
		return response.StatusCode, response.TLS.PeerCertificates[0].SerialNumber.String(), response.Body.Close()
	}
	status, before, err := ask("", client)
	if status != 200 || err != nil {
		t.Errorf("with a certificate: %d, %v", status, err)
	}
	if status, _, err := ask(bankKey); status != 200 || err != nil {
		t.Errorf("with a key: %d, %v", status, err)
	}
	if status, _, err := ask(""); status != 401 || err != nil {
		t.Errorf("with nothing: %d, %v", status, err)
	}
	if status, _, err := ask("", stranger); err == nil && status != 401 {
		t.Error("a certificate of another authority is taken")
	}

	if err := os.WriteFile(at("server.pem"), []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	touch(t, at("server.pem"), time.Minute)
	if status, serial, err := ask(bankKey); status != 200 || err != nil || serial != before {
		t.Errorf("after a broken file: %d, %v, %v", status, serial == before, err)
	}
	certificate(t, dir, "server", &authority)
	touch(t, at("server.pem"), 2*time.Minute)
	if status, serial, err := ask(bankKey); status != 200 || err != nil || serial == before {
		t.Errorf("after a new file: %d, still the old one: %v, %v", status, serial == before, err)
	}
}

// touch sets the modification time of a file, since the clock of the file system may be coarse.
func touch(t *testing.T, path string, ahead time.Duration) {
	t.Helper()
	at := time.Now().Add(ahead)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

//attack:caller-identity a client without certificate
func TestTLSRequiresTheCertificate(t *testing.T) {
	t.Parallel()
	b := prepareWith(t, withoutDoors, nil)
	if _, err := server.New(b.engine, server.Config{TLS: &server.TLS{Cert: "no.pem", Key: "no.key"}}); err == nil || !strings.Contains(err.Error(), "certificate of the server") {
		t.Error(err)
	}
}
