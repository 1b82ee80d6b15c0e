package monitor

import (
	"context"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
)

func Effects() map[string]casework.Effect {
	none := func(context.Context, *db.Tx, casework.Effecting) error { return nil }
	return map[string]casework.Effect{"warning-reached": none, "warning-close": none}
}
