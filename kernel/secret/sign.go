package secret

import (
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

// Algorithm names how Sign signs, for those who verify elsewhere.
const Algorithm = "SM2-SM3"

// Sign returns our SM2 signature of data (SM3, the standard user id, DER).
func (b *Box) Sign(data []byte) ([]byte, error) {
	sig, err := b.signer.SignWithSM2(rand.Reader, nil, data)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	return sig, nil
}

// Verify reports whether sig is our signature of data.
func (b *Box) Verify(data, sig []byte) bool {
	return sm2.VerifyASN1WithSM2(&b.signer.PublicKey, nil, data, sig)
}

// PublicKeyPEM is the key with which anybody can check our signatures.
func (b *Box) PublicKeyPEM() ([]byte, error) {
	der, err := smx509.MarshalPKIXPublicKey(&b.signer.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("writing the public key: %w", err)
	}
	return encoded(der), nil
}

func encoded(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// KeyID names the owner of a public key in PEM: the SM3 of its DER form, in
// hex. The key comes back in the one way in which we write it, whatever line
// ends and text around it the PEM has.
func KeyID(publicPEM []byte) (id string, ours []byte, err error) {
	_, der, err := publicKey(publicPEM)
	if err != nil {
		return "", nil, err
	}
	sum := Hash(der)
	return hex.EncodeToString(sum[:]), encoded(der), nil
}

// VerifyWith reports whether sig is the signature of data by the owner of a
// public key in PEM.
func VerifyWith(publicPEM, data, sig []byte) bool {
	pub, _, err := publicKey(publicPEM)
	return err == nil && sm2.VerifyASN1WithSM2(pub, nil, data, sig)
}

func publicKey(publicPEM []byte) (*ecdsa.PublicKey, []byte, error) {
	block, _ := pem.Decode(publicPEM)
	if block == nil {
		return nil, nil, errors.New("no public key in PEM")
	}
	key, err := smx509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, nil, fmt.Errorf("reading a public key: %w", err)
	}
	pub, ok := key.(*ecdsa.PublicKey)
	if !ok || !sm2.IsSM2PublicKey(pub) {
		return nil, nil, errors.New("a public key that is none of SM2")
	}
	der, err := smx509.MarshalPKIXPublicKey(pub)
	return pub, der, err
}

// PublicKey checks the signatures of one owner, many times.
type PublicKey struct {
	pub *ecdsa.PublicKey
	ID  string // as KeyID names it
}

// ReadPublicKey reads a public key in PEM.
func ReadPublicKey(publicPEM []byte) (*PublicKey, error) {
	pub, der, err := publicKey(publicPEM)
	if err != nil {
		return nil, err
	}
	sum := Hash(der)
	return &PublicKey{pub, hex.EncodeToString(sum[:])}, nil
}

// Verify reports whether sig is the owner's signature of data.
func (k *PublicKey) Verify(data, sig []byte) bool {
	return sm2.VerifyASN1WithSM2(k.pub, nil, data, sig)
}
