package exchange

import (
	"context"
	"net/url"
	"strings"

	"minzheng/kernel/secret"
)

// The ways in which sources are spoken to, as sources.yaml names them.
const (
	Rest    = "rest"    // our own protocol, signed both ways
	Gateway = "gateway" // the dialect of provincial gateways
	XRoad   = "x-road"  // X-Road message protocol for REST, r1
	FHIR    = "fhir"    // FHIR R4: that a check was made, never what it found
	Drop    = "files"   // questions and answers by file
)

var adapters = []string{"", Rest, Gateway, XRoad, FHIR, Drop}

// Guard is how strongly an answer was protected between the department and us.
type Guard string

// The guards, from the strongest down.
const (
	Signed Guard = "sm2"   // signed by the department, for this very question
	Hashed Guard = "hash"  // bound to the question by its hash; the signature stays with the security server
	Token  Guard = "token" // only the question was authenticated, and not its body
	Plain  Guard = "plain" // by nothing but the connection
)

// adapter asks one source in its own tongue. An error is a failure with its cause.
type adapter interface {
	ask(ctx context.Context, q Question, id string) (*reply, error)
}

// adapter returns the way to a source; nil when it cannot be reached or its
// key cannot be read.
func (x *Exchange) adapter(c Config, s Source) adapter {
	base := x.base
	if s.Address != "" {
		base = strings.TrimSuffix(s.Address, "/")
	}
	if base == "" {
		return nil
	}
	if s.Client == "" {
		s.Client = c.Client
	}
	u, err := url.Parse(base + s.Path)
	if err != nil && s.Adapter != Drop {
		return nil
	}
	switch s.Adapter {
	case "", Rest:
		key, err := sourceKey(c, s)
		if err != nil {
			return nil
		}
		return rest{x, s, u, key}
	case Gateway:
		return gateway{x, s, u, c.Tokens[s.Code]}
	case XRoad:
		return xroad{x, s, u}
	case FHIR:
		return fhir{x, s, u}
	case Drop:
		return drop{x, s, base}
	}
	return nil
}

// sourceKey is the key that must have signed; nil where nobody told us one.
func sourceKey(c Config, s Source) (*secret.PublicKey, error) {
	text := c.Key
	if s.Key != "" {
		text = []byte(s.Key)
	} else if s.Address != "" {
		text = nil // the gateway's key is not theirs
	}
	if len(text) == 0 {
		return nil, nil
	}
	return secret.ReadPublicKey(text)
}
