package db

import (
	"context"
	"database/sql"
	"sync"
)

// Preparing a statement is half of what a small one costs SQLite, so each is
// prepared once. PostgreSQL's driver does this by itself.
const mostPrepared = 400 // texts differ by the length of their IN lists

// runner is what runs statements: a transaction, or a prepared connection.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// preparer makes statements.
type preparer interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// prepared keeps statements by their text. Two open results of one text on one
// connection would disturb each other; All and One read to the end at once.
type prepared struct {
	on    preparer
	plain runner
	mu    sync.RWMutex
	stmts map[string]*sql.Stmt
}

func newPrepared[T interface {
	preparer
	runner
}](on T) *prepared {
	return &prepared{on: on, plain: on, stmts: map[string]*sql.Stmt{}}
}

// stmt returns the statement for a text, or nil when there are too many.
func (p *prepared) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	p.mu.RLock()
	s, n := p.stmts[query], len(p.stmts)
	p.mu.RUnlock()
	if s != nil || n >= mostPrepared {
		return s, nil
	}
	s, err := p.on.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if first := p.stmts[query]; first != nil {
		s.Close()
		return first, nil
	}
	p.stmts[query] = s
	return s, nil
}

func (p *prepared) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := p.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return p.plain.ExecContext(ctx, query, args...)
	}
	return s.ExecContext(ctx, args...)
}

func (p *prepared) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := p.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return p.plain.QueryContext(ctx, query, args...)
	}
	return s.QueryContext(ctx, args...)
}
