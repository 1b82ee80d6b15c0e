package app

import (
	"context"
	_ "embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/share"
)

//go:embed share.yaml
var shareYAML []byte

// sharing reads the bureau's own catalogue of what it shares, or ours.
func (c *Catalogue) sharing(local string) (err error) {
	name, src := "app/share.yaml", shareYAML
	if local != "" {
		own, err := os.ReadFile(filepath.Join(local, "share.yaml"))
		if err == nil {
			name, src = filepath.Join(local, "share.yaml"), own
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	services := map[string]bool{}
	for _, s := range c.Services {
		services[s.Code] = true
	}
	c.Sharing, err = share.ReadCatalogue(name, src, services)
	return err
}

// holdings are what somebody receives, whoever of the household applied, as
// other departments may be told.
func (a *App) holdings(ctx context.Context, tx *db.Tx, number string) ([]share.Holding, error) {
	held, err := a.Desk.HeldBy(ctx, tx, number)
	if err != nil {
		return nil, err
	}
	var all []share.Holding
	for _, h := range held {
		c, err := casework.Find(ctx, tx, h.Case)
		if err != nil {
			return nil, err
		}
		some, err := a.benefits(ctx, tx, string(c.Applicant))
		if err != nil {
			return nil, err
		}
		for _, b := range some {
			if b.Case == string(h.Case) && b.Service == h.Service {
				all = append(all, share.Holding{Service: b.Service, Amount: b.Amount, From: b.From, Running: b.State == "running"})
			}
		}
	}
	return all, nil
}
