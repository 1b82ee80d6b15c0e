package app_test

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// wire is the bad line between a telephone and the house: it can be cut, it can
// break in the middle of a sending, and it can lose the answer to what arrived.
type wire struct {
	base   string
	target string
	mu     sync.Mutex
	mode   string // "" is good; cut, half, lost
	conns  map[net.Conn]bool
	lost   int // answers that were lost
	halved int // sendings that broke off
}

func badLine(t *testing.T, target string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	out := &wire{base: "http://" + l.Addr().String(), target: strings.TrimPrefix(target, "http://"), conns: map[net.Conn]bool{}}
	t.Cleanup(func() { l.Close(); out.set("cut") })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go out.carry(c)
		}
	}()
	return out
}

// set changes how the line is; what is under way breaks off.
func (l *wire) set(mode string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mode = mode
	for c := range l.conns {
		c.Close()
	}
}

func (l *wire) is() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.mode
}

func (l *wire) broken(n *int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*n++
}

func (l *wire) carry(c net.Conn) {
	defer c.Close()
	if l.is() == "cut" {
		return
	}
	s, err := net.Dial("tcp", l.target)
	if err != nil {
		return
	}
	defer s.Close()
	l.mu.Lock()
	l.conns[c] = true
	l.mu.Unlock()
	defer func() { l.mu.Lock(); delete(l.conns, c); l.mu.Unlock() }()
	go func() {
		l.there(s, c)
		s.Close()
	}()
	l.back(c, s)
}

// there carries what is sent; half a line breaks it off after a few hundred bytes.
func (l *wire) there(s io.Writer, c io.Reader) {
	b := make([]byte, 512)
	post, sent := false, 0
	for {
		n, err := c.Read(b)
		if n > 0 {
			post = post || strings.HasPrefix(string(b[:n]), "POST")
			if sent += n; post && l.is() == "half" && sent > 1024 {
				l.broken(&l.halved)
				return
			}
			if _, err := s.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// back carries the answers, or loses them.
func (l *wire) back(c io.Writer, s io.Reader) {
	b := make([]byte, 4096)
	for {
		n, err := s.Read(b)
		if n > 0 {
			if l.is() == "lost" {
				l.broken(&l.lost)
				return
			}
			if _, err := c.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
