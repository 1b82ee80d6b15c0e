package departments

import (
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/smx509"
)

// What the departments know of signatures is written here from docs/exchange.md
// alone, and shares nothing with the product: two programs of one mistake would
// agree with each other.

const (
	skew    = 120 * time.Second // that a question's time may be off
	mostKey = 4 << 10
	mostOld = 50_000 // questions that are remembered
)

// notary signs answers and knows who may ask.
type notary struct {
	key     *sm2.PrivateKey
	public  []byte // PEM
	mu      sync.Mutex
	clients map[string][]*ecdsa.PublicKey
	nonces  map[string]time.Time // until when a nonce is remembered
	told    map[string]told      // answers by the number of their question
}

// told is an answer that was given: the same question gets the same bytes.
type told struct {
	body  [32]byte
	reply []byte
	until time.Time
}

func newNotary() (*notary, error) {
	// The key is made up like everything here, and the same at every start:
	// whoever has noted it goes on with it after the departments were down.
	seed := sm3.Sum([]byte("minzheng 示例部门"))
	key, err := sm2.NewPrivateKey(seed[:])
	if err != nil {
		return nil, err
	}
	der, err := smx509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	return &notary{key: key, public: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}),
		clients: map[string][]*ecdsa.PublicKey{}, nonces: map[string]time.Time{}, told: map[string]told{}}, nil
}

// register takes the key of a client from its post. It is a demo's door: real
// departments take keys by hand.
func (n *notary) register(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostKey))
	if err == nil {
		err = n.know(r.URL.Query().Get("client"), b)
	}
	if err != nil {
		reply(w, http.StatusBadRequest, map[string]string{"error": "这不是 SM2 公钥"})
		return
	}
	reply(w, http.StatusOK, map[string]string{"known": "yes"})
}

func (n *notary) know(client string, publicPEM []byte) error {
	block, _ := pem.Decode(publicPEM)
	if block == nil {
		return errors.New("no PEM")
	}
	key, err := smx509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return err
	}
	pub, ok := key.(*ecdsa.PublicKey)
	if !ok || !sm2.IsSM2PublicKey(pub) {
		return errors.New("none of SM2")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.clients[client] = append(n.clients[client], pub)
	return nil
}

// check says whether a question is signed by whom it says, now, for the first
// time. It returns the hash of what was signed; "" of a question without
// signature. As long as no client has left a key, questions are taken on trust.
func (n *notary) check(r *http.Request, body []byte, now time.Time) (asked string, no *refusal) {
	h := r.Header
	n.mu.Lock()
	defer n.mu.Unlock()
	if h.Get("X-Mz-Sign") == "" {
		if len(n.clients) > 0 {
			return "", refuse(http.StatusUnauthorized, "请求没有签名")
		}
		return "", nil
	}
	sum := sm3.Sum(body)
	nonce := h.Get("X-Mz-Nonce")
	text := "minzheng-question/1\n" + r.Method + "\n" + r.URL.Path + "\n" + h.Get("X-Mz-Client") + "\n" + h.Get("X-Mz-Time") + "\n" + nonce + "\n" + hex.EncodeToString(sum[:]) + "\n"
	if len(n.clients) > 0 {
		if no := n.doubt(h, []byte(text), now); no != nil {
			return "", no
		}
	}
	n.forget(now)
	n.nonces[nonce] = now.Add(2 * skew)
	hash := sm3.Sum([]byte(text))
	return hex.EncodeToString(hash[:]), nil
}

// doubt says why a signature is not taken.
func (n *notary) doubt(h http.Header, text []byte, now time.Time) *refusal {
	ms, err := strconv.ParseInt(h.Get("X-Mz-Time"), 10, 64)
	sig, err2 := base64.StdEncoding.DecodeString(h.Get("X-Mz-Sign"))
	nonce := h.Get("X-Mz-Nonce")
	keys := n.clients[h.Get("X-Mz-Client")]
	if len(keys) == 0 || err != nil || err2 != nil || len(nonce) < 16 || len(nonce) > 64 {
		return refuse(http.StatusUnauthorized, "没有登记的请求方，或者签名头不全")
	}
	by := func(pub *ecdsa.PublicKey) bool { return sm2.VerifyASN1WithSM2(pub, nil, text, sig) }
	if !slices.ContainsFunc(keys, by) {
		return refuse(http.StatusUnauthorized, "签名不对")
	}
	if off := now.Sub(time.UnixMilli(ms)); off > skew || off < -skew {
		return refuse(http.StatusUnauthorized, "请求的时间和这里差得太多")
	}
	if _, seen := n.nonces[nonce]; seen {
		return refuse(http.StatusUnauthorized, "这个请求来过了")
	}
	return nil
}

// forget drops what is too old to be sent again.
func (n *notary) forget(now time.Time) {
	if len(n.nonces)+len(n.told) < mostOld {
		return
	}
	for nonce, until := range n.nonces {
		if now.After(until) {
			delete(n.nonces, nonce)
		}
	}
	for id, t := range n.told {
		if now.After(t.until) {
			delete(n.told, id)
		}
	}
}

// before returns what was answered to a question of this number; a number that
// comes back with another question is refused.
func (n *notary) before(id string, body []byte, now time.Time) ([]byte, *refusal) {
	n.mu.Lock()
	defer n.mu.Unlock()
	t, ok := n.told[id]
	if !ok || now.After(t.until) {
		return nil, nil
	}
	if t.body != sm3.Sum(body) {
		return nil, refuse(http.StatusConflict, "同一个请求号问了别的事")
	}
	return t.reply, nil
}

func (n *notary) remember(id string, body, reply []byte, now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.told[id] = told{sm3.Sum(body), reply, now.Add(10 * time.Minute)}
}

// sign signs an answer for the question whose hash is given.
func (n *notary) sign(w http.ResponseWriter, asked string, body []byte) error {
	sum := sm3.Sum(body)
	sig, err := n.key.SignWithSM2(rand.Reader, nil, []byte("minzheng-answer/1\n"+asked+"\n200\n"+hex.EncodeToString(sum[:])+"\n"))
	if err == nil {
		w.Header().Set("X-Mz-Sign", base64.StdEncoding.EncodeToString(sig))
	}
	return err
}
