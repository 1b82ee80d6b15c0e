package secret

import (
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/pem"
	"fmt"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

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
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// VerifyWith reports whether sig is the signature of data by the owner of a
// public key in PEM.
func VerifyWith(publicPEM, data, sig []byte) bool {
	block, _ := pem.Decode(publicPEM)
	if block == nil {
		return false
	}
	key, err := smx509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return false
	}
	pub, ok := key.(*ecdsa.PublicKey)
	return ok && sm2.IsSM2PublicKey(pub) && sm2.VerifyASN1WithSM2(pub, nil, data, sig)
}
